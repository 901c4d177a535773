// SPDX-License-Identifier: Apache-2.0
#include "serve/served_result.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/status_macros.h"
#include "output/output_names.h"
#include "output/saved_model.h"

namespace verger {

namespace {

// The records of the run and of the reduction, which change whenever the result does.
struct Records {
  std::string text{};
  bool running = false;  // A run or an update is at work: its result is for later.
  Status status{};       // why they cannot be read
};

bool tells_of_a_running_one(std::string_view record) {
  const auto json = nlohmann::json::parse(record, nullptr, /*allow_exceptions=*/false);
  const auto run = RunRecord::parse(json);
  return run.ok() && run->state == "running";
}

// Each record is read once: asked for its state anew, it may have become that of another moment.
Records read_records(const Store& store) {
  Records records;
  for (const std::string_view name : {kRunRecordName, kReductionRecordName}) {
    const auto bytes = store.read(std::string(name));
    if (!bytes.ok()) {
      records.text.clear();
      records.status = bytes.error();
      return records;
    }
    records.text.append(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    if (name == kRunRecordName) records.running = tells_of_a_running_one(records.text);
  }
  return records;
}

}  // namespace

std::optional<PhotographReader> IdleReaders::take() {
  const std::lock_guard lock(mutex_);
  if (readers_.empty()) return std::nullopt;
  std::optional<PhotographReader> taken(std::move(readers_.back()));
  readers_.pop_back();
  return taken;
}

void IdleReaders::give_back(PhotographReader reader) {
  const std::lock_guard lock(mutex_);
  readers_.push_back(std::move(reader));
}

Result<std::vector<Answer>> ServedResult::answer(std::span<const Photograph> photographs,
                                                 int neighbors) const {
  auto reader = readers->take();
  if (!reader) {
    VERGER_ASSIGN_OR_RETURN(reader, PhotographReader::create(model, projector, *network, image));
  }
  auto answers = answer_photographs(searcher, *reader, photographs, neighbors);
  readers->give_back(*std::move(reader));
  return answers;
}

Result<std::shared_ptr<const ServedResult>> load_result(const ServedPlace& place,
                                                        const CancelToken& cancel,
                                                        Observer& observer) {
  VERGER_ASSIGN_OR_RETURN(auto searcher,
                          Searcher::open(*place.store, place.threads, cancel, observer));
  VERGER_ASSIGN_OR_RETURN(auto model, load_model(*place.store));
  VERGER_RETURN_IF_ERROR(check_searchable(searcher, model));
  const RunRecord& run = searcher.searched().run;
  VERGER_ASSIGN_OR_RETURN(auto network, place.load_network(model, run));
  VERGER_RETURN_IF_ERROR(check_same_network(model, network->info()));
  ImageOptions image = run.options.image;
  image.max_pixels = std::min(image.max_pixels, place.max_pixels);
  StorageOptions once = place.storage;
  once.retries = 0;  // a thumbnail is not worth waiting for
  auto input = Store::open(run.input, once);
  Projector projector(model.model);
  return std::make_shared<const ServedResult>(
      ServedResult{.searcher = std::move(searcher),
                   .model = std::move(model),
                   .projector = std::move(projector),
                   .network = std::move(network),
                   .image = image,
                   .input = input.ok() ? *std::move(input) : nullptr});
}

Result<std::unique_ptr<CurrentResult>> CurrentResult::open(ServedPlace place,
                                                           const CancelToken& cancel,
                                                           Observer& observer) {
  std::unique_ptr<CurrentResult> opened(new CurrentResult(std::move(place)));
  // Read first: what changes while the result is loaded is seen by the next refresh().
  const Records records = read_records(*opened->place_.store);
  VERGER_ASSIGN_OR_RETURN(opened->current_, load_result(opened->place_, cancel, observer));
  opened->records_ = records.text;
  return opened;
}

CurrentResult::Shared CurrentResult::now() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

int64_t CurrentResult::taken_over() const {
  const std::lock_guard lock(mutex_);
  return taken_over_;
}

int64_t CurrentResult::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

void CurrentResult::give_up_on(const std::string& records, const std::string& why,
                               Observer& observer) {
  failed_ = true;
  calls_ = 0;
  // Records that cannot be read are told of once: which of them fails first says nothing new.
  if (records == records_ && (records.empty() || why == told_)) return;
  records_ = records;
  told_ = why;
  {
    const std::lock_guard lock(mutex_);
    ++refused_;
  }
  observer.warning(
      "The result has changed and cannot be taken over, so the one before it goes on "
      "being served: " +
      why);
}

void CurrentResult::refresh(const CancelToken& cancel, Observer& observer, int patience) {
  const Records records = read_records(*place_.store);
  if (records.running) return;
  if (!records.status.ok()) return give_up_on("", records.status.message(), observer);
  if (records.text == records_ && (!failed_ || ++calls_ < patience)) return;
  auto loaded = load_result(place_, cancel, observer);
  if (cancel.cancelled()) return;
  // What is written meanwhile is for the next call: these records are not of what was loaded.
  if (read_records(*place_.store).text != records.text) return;
  if (!loaded.ok()) return give_up_on(records.text, loaded.error().message(), observer);
  records_ = records.text;
  failed_ = false;
  told_.clear();
  {
    const std::lock_guard lock(mutex_);
    current_ = *std::move(loaded);
    ++taken_over_;
  }
  observer.note("Another result has been taken over.");
}

}  // namespace verger
