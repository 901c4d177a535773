// SPDX-License-Identifier: Apache-2.0
#include "shards/extract_shards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "sample/sample.h"

namespace verger {
namespace {

using ::testing::HasSubstr;

// A network of width 3 whose features are sums over the tensor's channels.
class SumModel final : public Model {
 public:
  explicit SumModel(bool broken = false) : broken_(broken) { info_.width = 3; }
  const ModelInfo& info() const override { return info_; }

  Result<std::unique_ptr<ModelStream>> open_stream() const override {
    return std::unique_ptr<ModelStream>(new Stream(broken_));
  }

 private:
  class Stream final : public ModelStream {
   public:
    explicit Stream(bool broken) : tensor_(kTensorSize), broken_(broken) {}
    std::span<float> input() override { return tensor_; }
    Status infer(std::span<float> features) override {
      if (broken_) return Status::model("The network is broken.");
      std::fill(features.begin(), features.end(), 0.0f);
      for (std::size_t i = 0; i < tensor_.size(); ++i) features[i % 3] += tensor_[i];
      return {};
    }

   private:
    std::vector<float> tensor_;
    bool broken_;
  };

  ModelInfo info_;
  bool broken_;
};

// Images in memory; image i cannot be read when `unreadable(i)`, is no image when `bad(i)`.
class MemorySource final : public ImageSource {
 public:
  explicit MemorySource(std::size_t images) : images_(images) {
    for (int i = 0; i < 8; ++i) encoded_.push_back(encode_jpeg(render_fruit(i, i, 1), 90));
  }

  static bool unreadable(std::size_t image) { return image % 13 == 5; }
  static bool bad(std::size_t image) { return image % 7 == 3; }

  std::size_t size() const override { return images_; }
  std::string path(std::size_t image) const override { return "mem:/" + std::to_string(image); }
  std::string label(std::size_t image) const override { return std::to_string(image % 4); }
  std::string fingerprint(std::size_t image) const override { return path(image); }
  int64_t length(std::size_t image) const override {
    return static_cast<int64_t>(encoded_[image % encoded_.size()].size());
  }
  Result<std::vector<uint8_t>> read(std::size_t image) const override {
    ++reads;
    if (unreadable(image)) return Status::io("It is gone.");
    if (bad(image)) return std::vector<uint8_t>{'n', 'o', '!', '!', '!', '!', '!', '!', '!'};
    return encoded_[image % encoded_.size()];
  }

  mutable std::atomic<std::size_t> reads = 0;

 private:
  std::size_t images_;
  std::vector<std::vector<uint8_t>> encoded_;
};

struct CollectedShard {
  Shard shard;
  FeatureRows features;
  std::vector<RejectedRow> rejected;
  std::size_t blocks = 0;
  bool finished = false;
};

struct Collected {
  std::map<std::size_t, CollectedShard> shards;
  std::mutex mutex;

  class Sink final : public ShardSink {
   public:
    explicit Sink(CollectedShard& to) : to_(to) {}
    Status add(FeatureRows features, std::vector<RejectedRow> rejected) override {
      EXPECT_FALSE(busy_.exchange(true)) << "two threads at once";
      EXPECT_FALSE(to_.finished);
      ++to_.blocks;
      to_.features.width = features.width;
      for (std::size_t row = 0; row < features.size(); ++row) to_.features.append(features, row);
      std::ranges::move(rejected, std::back_inserter(to_.rejected));
      busy_ = false;
      return {};
    }
    Status finish() override {
      EXPECT_FALSE(std::exchange(to_.finished, true));
      return {};
    }

   private:
    CollectedShard& to_;
    std::atomic<bool> busy_ = false;
  };

  OpenSink open() {
    return [this](const Shard& shard) {
      const std::lock_guard lock(mutex);
      const auto [at, fresh] = shards.emplace(shard.number, CollectedShard{shard, {}, {}});
      EXPECT_TRUE(fresh) << "shard twice";
      return std::unique_ptr<ShardSink>(new Sink(at->second));
    };
  }
};

// Calls `add` for each block.
class CallingSink final : public ShardSink {
 public:
  explicit CallingSink(std::function<Status()> add) : add_(std::move(add)) {}
  Status add(FeatureRows, std::vector<RejectedRow>) override { return add_(); }
  Status finish() override { return {}; }

 private:
  const std::function<Status()> add_;
};

OpenSink calling(std::function<Status()> add) {
  return [add = std::move(add)](const Shard&) {
    return std::unique_ptr<ShardSink>(new CallingSink(add));
  };
}

struct TimesObserver final : Observer {
  void spent(const StageTimes& more) override {
    const std::lock_guard lock(mutex);
    times += more;
  }
  StageTimes times;
  std::mutex mutex;
};

Status extract(const ImageSource& source, const Model& model, WorkerOptions options, int parts,
               const OpenSink& open) {
  Observer observer;
  const CancelToken cancel;
  const auto shards = plan_shards(source.size(), parts);
  return extract_shards(source, shards, model, options, cancel, observer, open);
}

TEST(ExtractShards, EveryImageIsOneRowOrOneRejectionInListingOrder) {
  const MemorySource source(100);
  Collected collected;
  ASSERT_TRUE(extract(source, SumModel(), {.threads = 3}, 7, collected.open()).ok());
  ASSERT_EQ(collected.shards.size(), 7u);
  std::size_t next = 0;
  for (const auto& [number, result] : collected.shards) {
    EXPECT_EQ(result.shard.begin, next);
    std::size_t row = 0;
    std::size_t rejected = 0;
    for (std::size_t image = result.shard.begin; image < result.shard.end; ++image) {
      if (MemorySource::unreadable(image) || MemorySource::bad(image)) {
        const RejectedRow& rejection = result.rejected.at(rejected++);
        EXPECT_EQ(rejection.path, source.path(image));
        EXPECT_EQ(rejection.label, source.label(image));
        const bool unreadable = MemorySource::unreadable(image);
        EXPECT_EQ(rejection.reason,
                  unreadable ? RejectReason::kUnreadable : RejectReason::kNotAnImage);
        EXPECT_EQ(rejection.length, unreadable ? -1 : 9);
      } else {
        EXPECT_EQ(result.features.path.at(row), source.path(image));
        EXPECT_EQ(result.features.label.at(row++), source.label(image));
      }
    }
    EXPECT_EQ(result.features.features.size(), row * 3);
    EXPECT_EQ(row + rejected, result.shard.size());
    next = result.shard.end;
  }
  EXPECT_EQ(next, source.size());
  EXPECT_EQ(source.reads, source.size());
}

TEST(ExtractShards, AShardComesInBlocksWhoeverIsQuicker) {
  const MemorySource source(300);
  for (const WorkerOptions& options :
       {WorkerOptions{.threads = 1, .reads_in_flight = 1, .block_rows = 7},
        WorkerOptions{.threads = 4, .reads_in_flight = 9, .block_rows = 16},
        WorkerOptions{.threads = 20, .reads_in_flight = 64, .block_rows = 1}}) {
    Collected collected;
    ASSERT_TRUE(extract(source, SumModel(), options, 4, collected.open()).ok());
    ASSERT_EQ(collected.shards.size(), 4u);
    for (const auto& [number, result] : collected.shards) {
      EXPECT_TRUE(result.finished);
      EXPECT_EQ(result.blocks, (75 + options.block_rows - 1) / options.block_rows);
      EXPECT_EQ(result.features.size() + result.rejected.size(), 75u);
      std::size_t row = 0;
      for (std::size_t image = result.shard.begin; image < result.shard.end; ++image) {
        if (MemorySource::unreadable(image) || MemorySource::bad(image)) continue;
        EXPECT_EQ(result.features.path.at(row++), source.path(image));
      }
    }
  }
}

TEST(ExtractShards, FeaturesDoNotDependOnThreadsReadsOrShards) {
  const MemorySource source(60);
  const auto all_features = [&](WorkerOptions options, int parts) {
    Collected collected;
    EXPECT_TRUE(extract(source, SumModel(), options, parts, collected.open()).ok());
    std::vector<float> features;
    for (const auto& [number, result] : collected.shards) {
      features.insert(features.end(), result.features.features.begin(),
                      result.features.features.end());
    }
    return features;
  };
  const auto expected = all_features({.threads = 1, .reads_in_flight = 1}, 1);
  EXPECT_GT(expected.size(), 100u);
  EXPECT_EQ(all_features({.threads = 4, .reads_in_flight = 1}, 1), expected);
  EXPECT_EQ(all_features({.threads = 2, .reads_in_flight = 16}, 9), expected);
  EXPECT_EQ(all_features({.threads = 8, .reads_in_flight = 3}, 60), expected);
}

TEST(ExtractShards, AShardOfAChosenFewIsDoneAlone) {
  const MemorySource source(40);
  const std::vector<Shard> some = {{.number = 3, .begin = 30, .end = 40},
                                   {.number = 1, .begin = 10, .end = 20}};
  Collected collected;
  TimesObserver observer;
  const CancelToken cancel;
  StageTimes times;
  ASSERT_TRUE(extract_shards(source, some, SumModel(), {.threads = 2}, cancel, observer,
                             collected.open(), &times)
                  .ok());
  EXPECT_EQ(collected.shards.size(), 2u);
  EXPECT_EQ(collected.shards.at(3).shard.begin, 30u);
  EXPECT_EQ(source.reads, 20u);
  EXPECT_GT(times.wall_ns, 0);
  EXPECT_GT(times.fetch_ns + times.held_ns, 0);
  EXPECT_GT(times.decode_ns, 0);
  EXPECT_GT(times.infer_ns, 0);
  EXPECT_GT(times.bytes, 0);
  EXPECT_EQ(times.worker_count, 2);
  EXPECT_EQ(observer.times.bytes, times.bytes);
  EXPECT_EQ(observer.times.fetch_ns, times.fetch_ns);
  EXPECT_EQ(observer.times.infer_ns, times.infer_ns);
  EXPECT_EQ(observer.times.write_ns, times.write_ns);
}

TEST(ExtractShards, StrictFailsAtARejection) {
  const MemorySource source(40);
  Collected collected;
  const Status status =
      extract(source, SumModel(), {.strict = true, .threads = 2}, 4, collected.open());
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_THAT(status.message(), HasSubstr("mem:/"));
}

TEST(ExtractShards, AFailingNetworkFailsTheRun) {
  Collected collected;
  const Status status =
      extract(MemorySource(40), SumModel(true), {.threads = 2}, 4, collected.open());
  EXPECT_EQ(status.message(), "The network is broken.");
  EXPECT_TRUE(collected.shards.empty());
}

TEST(ExtractShards, AFailingSinkFailsTheRunAndStopsReading) {
  const MemorySource source(2000);
  const auto full = [] { return Status::io("The disk is full."); };
  const Status status = extract(source, SumModel(), {.threads = 2}, 500, calling(full));
  EXPECT_EQ(status.message(), "The disk is full.");
  EXPECT_LT(source.reads, source.size());
}

TEST(ExtractShards, CancellingStops) {
  const MemorySource source(2000);
  CancelToken cancel;
  Observer observer;
  const auto shards = plan_shards(source.size(), 500);
  const auto cancelling = [&] { return cancel.cancel(), Status(); };
  const Status status = extract_shards(source, shards, SumModel(), {.threads = 2}, cancel, observer,
                                       calling(cancelling));
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
  EXPECT_LT(source.reads, source.size());
}

}  // namespace
}  // namespace verger
