#include "shards/extract_shards.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/bounded_queue.h"
#include "base/byte_budget.h"
#include "base/lap.h"
#include "base/lazy_vector.h"
#include "base/status_macros.h"
#include "shards/fetched_images.h"

namespace verger {

namespace {

// Of files that were read and not yet decoded.
constexpr std::size_t kBytesInFlight = std::size_t{64} << 20;

// A shard being filled: row i belongs to image shard.begin + i, so that the order of completion
// leaves no trace.
struct OpenShard {
  OpenShard(const Shard& shard, std::size_t width)
      : features(shard.size() * width), rejections(shard.size()), remaining(shard.size()) {}

  LazyVector<float> features;
  struct Rejected {
    Rejection rejection;
    int64_t length;
  };
  std::vector<std::optional<Rejected>> rejections;
  std::atomic<std::size_t> remaining;
};

class ShardExtraction {
 public:
  ShardExtraction(const ImageSource& source, std::span<const Shard> shards, const Model& model,
                  const WorkerOptions& options, const CancelToken& cancel, Observer& observer,
                  const ShardSink& sink)
      : source_(source),
        shards_(shards),
        model_(model),
        options_(options),
        cancel_(cancel),
        observer_(observer),
        sink_(sink),
        width_(static_cast<std::size_t>(model.info().width)),
        open_(shards.size()),
        queue_(static_cast<std::size_t>(2 * options.threads + options.reads_in_flight)) {}

  Status run(StageTimes* times);

 private:
  void fetch();
  void extract();
  Status extract_image(Extractor& extractor, Fetched fetched);
  Status close_shard(std::size_t position, std::unique_ptr<OpenShard> shard);
  std::optional<Run> next_run();
  OpenShard& open(std::size_t position);
  void spend(const StageTimes& more);
  void fail(Status status);
  void stop();
  bool stopping() const { return failed_ || cancel_.cancelled(); }

  const ImageSource& source_;
  const std::span<const Shard> shards_;
  const Model& model_;
  const WorkerOptions& options_;
  const CancelToken& cancel_;
  Observer& observer_;
  const ShardSink& sink_;
  const std::size_t width_;

  std::mutex mutex_;  // open_, failure_, times_
  std::vector<std::unique_ptr<OpenShard>> open_;
  Status failure_;
  StageTimes times_;

  std::atomic<bool> failed_ = false;

  std::mutex runs_mutex_;  // next_shard_, runs_
  std::size_t next_shard_ = 0;
  std::deque<Run> runs_;  // of the shards before, not yet taken

  ByteBudget budget_{kBytesInFlight};
  BoundedQueue<Fetched> queue_;  // goes before the budget, on which its items have claims
};

Status ShardExtraction::run(StageTimes* times) {
  Lap lap;
  std::vector<std::thread> fetchers;
  std::vector<std::thread> workers;
  for (int i = 0; i < options_.reads_in_flight; ++i) fetchers.emplace_back([this] { fetch(); });
  for (int i = 0; i < options_.threads; ++i) workers.emplace_back([this] { extract(); });
  for (auto& fetcher : fetchers) fetcher.join();
  queue_.close();
  for (auto& worker : workers) worker.join();

  times_.wall_ns = lap.ns();
  times_.reader_count = options_.reads_in_flight;
  times_.worker_count = options_.threads;
  if (times != nullptr) *times = times_;
  if (failed_) return failure_;
  if (cancel_.cancelled()) return Status::cancelled("Interrupted.");
  return {};
}

// What is read next; runs of a shard are laid out when those of the shards before are taken.
std::optional<Run> ShardExtraction::next_run() {
  const std::lock_guard lock(runs_mutex_);
  while (runs_.empty()) {
    if (next_shard_ == shards_.size()) return std::nullopt;
    const Shard& shard = shards_[next_shard_];
    for (auto& images : source_.runs(images_of(shard))) {
      runs_.push_back({next_shard_, std::move(images)});
    }
    ++next_shard_;
  }
  Run run = std::move(runs_.front());
  runs_.pop_front();
  return run;
}

void ShardExtraction::fetch() {
  QueueSink sink(budget_, queue_, [this](const StageTimes& spent) { spend(spent); });
  while (!stopping()) {
    const auto run = next_run();
    if (!run) break;
    sink.start(*run);
    source_.read_run(run->images, sink);
  }
  if (stopping()) stop();
}

void ShardExtraction::extract() {
  auto extractor = Extractor::create(model_, options_.image);
  if (!extractor.ok()) return fail(std::move(extractor).error());
  while (!stopping()) {
    Lap lap;
    std::optional<Fetched> fetched = queue_.pop();
    StageTimes spent{.starved_ns = lap.ns()};
    const bool more = fetched.has_value();
    const ExtractTimes before = (*extractor)->times();
    if (more) {
      if (Status status = extract_image(**extractor, *std::move(fetched)); !status.ok()) {
        fail(std::move(status));
      }
    }
    spent.decode_ns = (*extractor)->times().read_ns - before.read_ns;
    spent.infer_ns = (*extractor)->times().infer_ns - before.infer_ns;
    spend(spent);
    if (!more) break;
  }
  if (stopping()) stop();
}

void ShardExtraction::spend(const StageTimes& more) {
  {
    const std::lock_guard lock(mutex_);
    times_ += more;
  }
  observer_.spent(more);
}

Status ShardExtraction::extract_image(Extractor& extractor, Fetched fetched) {
  OpenShard& shard = open(fetched.shard);
  const std::size_t row = fetched.image - shards_[fetched.shard].begin;
  const std::span<float> features(shard.features.data() + row * width_, width_);

  std::optional<Rejection> rejection;
  int64_t length = -1;
  if (fetched.bytes.ok()) {
    length = static_cast<int64_t>(fetched.bytes->size());
    VERGER_ASSIGN_OR_RETURN(rejection, extractor.extract(*fetched.bytes, features));
  } else if (cancel_.cancelled()) {
    return Status::cancelled("Interrupted.");  // it may have failed by that alone
  } else {
    rejection = Rejection{RejectReason::kUnreadable, fetched.bytes.error().message()};
  }
  if (rejection && options_.strict) {
    return Status::io(source_.path(fetched.image) + " is rejected (" +
                      std::string(reject_reason_name(rejection->reason)) +
                      "): " + rejection->message + " Without --strict the run would go on.");
  }

  observer_.advanced(1, rejection ? 1 : 0);
  if (rejection) shard.rejections[row] = {*std::move(rejection), length};
  if (shard.remaining.fetch_sub(1) > 1) return {};

  std::unique_ptr<OpenShard> complete;
  {
    const std::lock_guard lock(mutex_);
    complete = std::move(open_[fetched.shard]);
  }
  return close_shard(fetched.shard, std::move(complete));
}

OpenShard& ShardExtraction::open(std::size_t position) {
  const std::lock_guard lock(mutex_);
  auto& shard = open_[position];
  if (!shard) shard = std::make_unique<OpenShard>(shards_[position], width_);
  return *shard;
}

// Closes the gaps that rejected images left among the features.
Status ShardExtraction::close_shard(std::size_t position, std::unique_ptr<OpenShard> shard) {
  ShardResult result{.shard = shards_[position], .features = {}, .rejected = {}};
  FeatureRows& rows = result.features;
  rows.width = width_;
  auto end = shard->features.begin();
  for (std::size_t row = 0; row < result.shard.size(); ++row) {
    const std::size_t image = result.shard.begin + row;
    if (auto& rejected = shard->rejections[row]) {
      result.rejected.push_back({source_.path(image), source_.label(image),
                                 rejected->rejection.reason, std::move(rejected->rejection.message),
                                 rejected->length});
      continue;
    }
    rows.path.push_back(source_.path(image));
    rows.label.push_back(source_.label(image));
    const auto from = shard->features.begin() + static_cast<std::ptrdiff_t>(row * width_);
    if (from != end) std::copy_n(from, width_, end);
    end += static_cast<std::ptrdiff_t>(width_);
  }
  shard->features.erase(end, shard->features.end());
  rows.features = std::move(shard->features);
  Lap lap;
  Status written = sink_(std::move(result));
  spend({.write_ns = lap.ns()});
  return written;
}

void ShardExtraction::fail(Status status) {
  {
    const std::lock_guard lock(mutex_);
    if (!failed_) failure_ = std::move(status);
    failed_ = true;
  }
  stop();
}

// Wakes everyone who waits.
void ShardExtraction::stop() {
  queue_.cancel();
  budget_.cancel();
}

}  // namespace

Status extract_shards(const ImageSource& source, std::span<const Shard> shards, const Model& model,
                      const WorkerOptions& options, const CancelToken& cancel, Observer& observer,
                      const ShardSink& sink, StageTimes* times) {
  ShardExtraction extraction(source, shards, model, options, cancel, observer, sink);
  return extraction.run(times);
}

}  // namespace verger
