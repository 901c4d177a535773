// SPDX-License-Identifier: Apache-2.0
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
#include "base/option_name.h"
#include "base/status_macros.h"
#include "shards/fetched_images.h"
#include "shards/open_blocks.h"

namespace verger {

namespace {

// Files that were read and not yet decoded take so much at most.
constexpr std::size_t kBytesInFlight = std::size_t{64} << 20;

std::size_t rows_of_a_block = 2048;

// A thread that writes rows keeps up with about this many that make them, so that so many threads
// are given a shard each to fill.
constexpr std::size_t kThreadsAShard = 8;

OpenBlocks::Limits limits_of(const WorkerOptions& options, const ModelInfo& model) {
  const auto threads = static_cast<std::size_t>(options.threads);
  return {.block_rows = options.block_rows,
          .rows = (threads + 1) * options.block_rows,
          .shards = (threads + kThreadsAShard - 1) / kThreadsAShard,
          .width = static_cast<std::size_t>(model.width)};
}

// Readers fetch images into a queue, workers take them out of it and fill in the rows of open
// blocks.
//
// Nobody waits for ever. A worker waits for the queue alone. A reader waits for the queue, for the
// budget of bytes, or for room among the open blocks, and all three become free by what workers do
// with images that were fetched already. It lays out a block only when all runs of the blocks
// before are taken: so every image of every open block is in some reader's hands or beyond, and
// each open block becomes full without any later one. That is also why next_run() may hold its lock
// while it waits for room: whoever could make room does not need the lock.
//
// No order of completion shows. A row has its place in its block from the start, and a block is
// handed over after those before it in its shard, by one thread at a time (OpenBlocks::full). So
// sinks_ needs no lock: what one thread did to a shard's sink happens before the next one gets it.
class ShardExtraction {
 public:
  ShardExtraction(const ImageSource& source, std::span<const Shard> shards, const Model& model,
                  const WorkerOptions& options, const CancelToken& cancel, Observer& observer,
                  const OpenSink& open)
      : source_(source),
        shards_(shards),
        model_(model),
        options_(options),
        cancel_(cancel),
        observer_(observer),
        open_(open),
        blocks_(shards, limits_of(options, model.info())),
        sinks_(shards.size()),
        queue_(static_cast<std::size_t>(2 * options.threads + options.reads_in_flight)) {}

  Status run(StageTimes* times);

 private:
  int busy(int threads) const;
  void fetch();
  void extract();
  Status extract_image(Extractor& extractor, Fetched fetched);
  Status hand_over(OpenBlock& block);
  Status write(const OpenBlock& block, FeatureRows rows, std::vector<RejectedRow> rejections);
  std::optional<Run> next_run();
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
  const OpenSink& open_;

  OpenBlocks blocks_;
  std::vector<std::unique_ptr<ShardSink>> sinks_;  // each by the thread that hands its blocks over

  std::mutex mutex_;  // failure_, times_
  Status failure_;
  StageTimes times_;

  std::atomic<bool> failed_ = false;

  std::mutex runs_mutex_;
  std::deque<Run> runs_;  // wait in the blocks laid out, not yet taken

  ByteBudget budget_{kBytesInFlight};
  BoundedQueue<Fetched> queue_;  // goes before the budget, on which its items have claims
};

Status ShardExtraction::run(StageTimes* times) {
  Lap lap;
  std::vector<std::thread> fetchers;
  std::vector<std::thread> workers;
  const int readers = busy(options_.reads_in_flight);
  const int extractors = busy(options_.threads);
  for (int i = 0; i < readers; ++i) fetchers.emplace_back([this] { fetch(); });
  for (int i = 0; i < extractors; ++i) workers.emplace_back([this] { extract(); });
  for (auto& fetcher : fetchers) fetcher.join();
  queue_.close();
  for (auto& worker : workers) worker.join();

  times_.wall_ns = lap.ns();
  times_.reader_count = readers;
  times_.worker_count = extractors;
  if (times != nullptr) *times = times_;
  if (failed_) return failure_;
  if (cancel_.cancelled()) return Status::cancelled("Interrupted.");
  return {};
}

// How many of these threads find an image to work on: no more than there are images.
int ShardExtraction::busy(int threads) const {
  std::size_t images = 0;
  for (const Shard& shard : shards_) images += shard.size();
  return static_cast<int>(std::clamp(images, std::size_t{1}, static_cast<std::size_t>(threads)));
}

// What is read next; runs of a block are laid out when those of the blocks before are taken.
std::optional<Run> ShardExtraction::next_run() {
  const std::lock_guard lock(runs_mutex_);
  while (runs_.empty()) {
    OpenBlock* block = blocks_.next();
    if (block == nullptr) return std::nullopt;
    for (auto& images : source_.runs(images_of({.begin = block->begin, .end = block->end}))) {
      runs_.push_back({block, std::move(images)});
    }
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
  OpenBlock& block = *fetched.block;
  const std::size_t row = fetched.image - block.begin;
  const auto width = static_cast<std::size_t>(model_.info().width);
  const std::span<float> features(block.features.data() + row * width, width);

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
    return Status::io(source_.shown(fetched.image) + " is rejected (" +
                      std::string(reject_reason_name(rejection->reason)) +
                      "): " + rejection->message + " Without " + option_set("strict") +
                      " the run would go on.");
  }

  observer_.advanced(1, rejection ? 1 : 0);
  if (rejection) {
    rejection->message = source_.recorded(rejection->message, fetched.image);
    block.rejections[row] = {*std::move(rejection), length};
  }
  // Whoever fills in the last row sees all others: each was written before its thread counted down.
  if (block.remaining.fetch_sub(1) > 1) return {};
  return blocks_.full(block, [&](OpenBlock& next) { return hand_over(next); });
}

// Closes the gaps that rejected images left among the features.
Status ShardExtraction::hand_over(OpenBlock& block) {
  FeatureRows rows;
  std::vector<RejectedRow> rejections;
  rows.width = static_cast<std::size_t>(model_.info().width);
  auto end = block.features.begin();
  for (std::size_t row = 0; row < block.size(); ++row) {
    const std::size_t image = block.begin + row;
    if (auto& rejected = block.rejections[row]) {
      rejections.push_back({source_.path(image), source_.label(image), rejected->rejection.reason,
                            std::move(rejected->rejection.message), rejected->length});
      continue;
    }
    rows.path.push_back(source_.path(image));
    rows.label.push_back(source_.label(image));
    const auto from = block.features.begin() + static_cast<std::ptrdiff_t>(row * rows.width);
    if (from != end) std::copy_n(from, rows.width, end);
    end += static_cast<std::ptrdiff_t>(rows.width);
  }
  block.features.erase(end, block.features.end());
  rows.features = std::move(block.features);
  Lap lap;
  Status written = write(block, std::move(rows), std::move(rejections));
  spend({.write_ns = lap.ns()});
  return written;
}

Status ShardExtraction::write(const OpenBlock& block, FeatureRows rows,
                              std::vector<RejectedRow> rejections) {
  const Shard& shard = shards_[block.shard];
  std::unique_ptr<ShardSink>& sink = sinks_[block.shard];
  if (block.begin == shard.begin) {
    VERGER_ASSIGN_OR_RETURN(sink, open_(shard));
  }
  VERGER_RETURN_IF_ERROR(sink->add(std::move(rows), std::move(rejections)));
  if (block.end < shard.end) return {};
  VERGER_RETURN_IF_ERROR(sink->finish());
  sink.reset();
  return {};
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
  blocks_.stop();
  queue_.cancel();
  budget_.cancel();
}

}  // namespace

std::size_t default_block_rows() { return rows_of_a_block; }
void set_block_rows(std::size_t rows) { rows_of_a_block = rows; }

Status extract_shards(const ImageSource& source, std::span<const Shard> shards, const Model& model,
                      const WorkerOptions& options, const CancelToken& cancel, Observer& observer,
                      const OpenSink& open, StageTimes* times) {
  ShardExtraction extraction(source, shards, model, options, cancel, observer, open);
  return extraction.run(times);
}

}  // namespace verger
