#include "shards/extract_shards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>

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

struct Collected {
  std::map<std::size_t, ShardResult> shards;
  std::mutex mutex;

  ShardSink sink() {
    return [this](ShardResult result) {
      const std::lock_guard lock(mutex);
      const std::size_t number = result.shard.number;
      EXPECT_TRUE(shards.emplace(number, std::move(result)).second) << "shard twice";
      return Status();
    };
  }
};

struct TimesObserver final : Observer {
  void spent(const StageTimes& more) override {
    const std::lock_guard lock(mutex);
    times += more;
  }
  StageTimes times;
  std::mutex mutex;
};

Status extract(const ImageSource& source, const Model& model, WorkerOptions options, int parts,
               const ShardSink& sink) {
  Observer observer;
  const CancelToken cancel;
  const auto shards = plan_shards(source.size(), parts);
  return extract_shards(source, shards, model, options, cancel, observer, sink);
}

TEST(ExtractShards, EveryImageIsOneRowOrOneRejectionInListingOrder) {
  const MemorySource source(100);
  Collected collected;
  ASSERT_TRUE(extract(source, SumModel(), {.threads = 3}, 7, collected.sink()).ok());
  ASSERT_EQ(collected.shards.size(), 7u);
  std::size_t next = 0;
  for (const auto& [number, result] : collected.shards) {
    EXPECT_EQ(result.shard.begin, next);
    std::size_t row = 0;
    std::size_t rejected = 0;
    for (std::size_t image = result.shard.begin; image < result.shard.end; ++image) {
      if (MemorySource::unreadable(image) || MemorySource::bad(image)) {
        const RejectedRow& found = result.rejected.at(rejected++);
        EXPECT_EQ(found.path, source.path(image));
        EXPECT_EQ(found.label, source.label(image));
        const bool unreadable = MemorySource::unreadable(image);
        EXPECT_EQ(found.reason, unreadable ? RejectReason::kUnreadable : RejectReason::kNotAnImage);
        EXPECT_EQ(found.length, unreadable ? -1 : 9);
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

TEST(ExtractShards, FeaturesDoNotDependOnThreadsReadsOrShards) {
  const MemorySource source(60);
  const auto all_features = [&](WorkerOptions options, int parts) {
    Collected collected;
    EXPECT_TRUE(extract(source, SumModel(), options, parts, collected.sink()).ok());
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
                             collected.sink(), &times)
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
      extract(source, SumModel(), {.strict = true, .threads = 2}, 4, collected.sink());
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_THAT(status.message(), HasSubstr("mem:/"));
}

TEST(ExtractShards, AFailingNetworkFailsTheRun) {
  Collected collected;
  const Status status =
      extract(MemorySource(40), SumModel(true), {.threads = 2}, 4, collected.sink());
  EXPECT_EQ(status.message(), "The network is broken.");
  EXPECT_TRUE(collected.shards.empty());
}

TEST(ExtractShards, AFailingSinkFailsTheRunAndStopsReading) {
  const MemorySource source(2000);
  const Status status = extract(source, SumModel(), {.threads = 2}, 500,
                                [](ShardResult) { return Status::io("The disk is full."); });
  EXPECT_EQ(status.message(), "The disk is full.");
  EXPECT_LT(source.reads, source.size());
}

TEST(ExtractShards, CancellingStops) {
  const MemorySource source(2000);
  CancelToken cancel;
  Observer observer;
  const auto shards = plan_shards(source.size(), 500);
  const Status status = extract_shards(source, shards, SumModel(), {.threads = 2}, cancel, observer,
                                       [&](ShardResult) {
                                         cancel.cancel();
                                         return Status();
                                       });
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
  EXPECT_LT(source.reads, source.size());
}

}  // namespace
}  // namespace verger
