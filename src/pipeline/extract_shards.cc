#include "pipeline/extract_shards.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/bounded_queue.h"
#include "base/byte_budget.h"
#include "base/lazy_vector.h"
#include "base/status_macros.h"

namespace verger {

namespace {

// One image on its way from storage to the network.
struct Fetched {
  std::size_t shard;        // position in `shards`
  std::size_t image;        // position in the source
  ByteBudget::Claim claim;  // on the memory that its bytes take
  Result<std::vector<uint8_t>> bytes;
};

// Nanoseconds since the last call, or since it was made. One a thread.
class Lap {
 public:
  int64_t ns() {
    const auto now = std::chrono::steady_clock::now();
    const auto passed = std::chrono::duration_cast<std::chrono::nanoseconds>(now - last_).count();
    last_ = now;
    return passed;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

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
        queue_(static_cast<std::size_t>(2 * options.threads + options.reads_in_flight)) {
    for (const Shard& shard : shards) starts_.push_back(starts_.back() + shard.size());
  }

  Status run(StageTimes* times);

 private:
  void fetch();
  bool fetch_next(StageTimes& spent, Lap& lap);
  void extract();
  Status extract_image(Extractor& extractor, Fetched fetched);
  Status close_shard(std::size_t position, std::unique_ptr<OpenShard> shard);
  std::pair<std::size_t, std::size_t> locate(std::size_t ordinal) const;
  OpenShard& open(std::size_t position);
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
  std::vector<std::size_t> starts_ = {0};  // images before each shard; the last: all

  std::mutex mutex_;  // open_, failure_, times_
  std::vector<std::unique_ptr<OpenShard>> open_;
  Status failure_;
  StageTimes times_;

  std::atomic<bool> failed_ = false;
  std::atomic<std::size_t> next_ = 0;
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

// Which shard, and which image of the source, is the n-th image of `shards_`?
std::pair<std::size_t, std::size_t> ShardExtraction::locate(std::size_t ordinal) const {
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), ordinal);
  const auto position = static_cast<std::size_t>(after - starts_.begin()) - 1;
  return {position, shards_[position].begin + (ordinal - starts_[position])};
}

void ShardExtraction::fetch() {
  StageTimes spent;
  Lap lap;
  while (fetch_next(spent, lap)) {
  }
  if (stopping()) stop();
  const std::lock_guard lock(mutex_);
  times_.fetch_ns += spent.fetch_ns;
  times_.held_ns += spent.held_ns;
  times_.bytes += spent.bytes;
}

// False when there is nothing more to read.
bool ShardExtraction::fetch_next(StageTimes& spent, Lap& lap) {
  if (stopping()) return false;
  const std::size_t ordinal = next_.fetch_add(1);
  if (ordinal >= starts_.back()) return false;
  const auto [position, image] = locate(ordinal);
  auto claim = budget_.claim(static_cast<std::size_t>(source_.length(image)));
  if (!claim) return false;
  spent.held_ns += lap.ns();
  auto bytes = source_.read(image);
  spent.fetch_ns += lap.ns();
  if (bytes.ok()) spent.bytes += static_cast<int64_t>(bytes->size());
  const bool taken = queue_.push({position, image, *std::move(claim), std::move(bytes)});
  spent.held_ns += lap.ns();
  return taken;
}

void ShardExtraction::extract() {
  auto extractor = Extractor::create(model_, options_.image);
  if (!extractor.ok()) return fail(std::move(extractor).error());
  int64_t starved_ns = 0;
  while (!stopping()) {
    Lap lap;
    std::optional<Fetched> fetched = queue_.pop();
    starved_ns += lap.ns();
    if (!fetched) break;
    if (Status status = extract_image(**extractor, *std::move(fetched)); !status.ok()) {
      fail(std::move(status));
    }
  }
  if (stopping()) stop();
  const std::lock_guard lock(mutex_);
  times_.starved_ns += starved_ns;
  times_.decode_ns += (*extractor)->times().read_ns;
  times_.infer_ns += (*extractor)->times().infer_ns;
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
  const std::lock_guard lock(mutex_);
  times_.write_ns += lap.ns();
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
