// SPDX-License-Identifier: Apache-2.0
#include "verger/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <thread>
#include <vector>

#include "model/keras_fixture.h"
#include "model/untrained.h"
#include "verger/image.h"

namespace verger {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using Features = std::vector<float>;
constexpr int kImages = 6;

void fill(int image, std::span<float> tensor) {
  std::minstd_rand random(static_cast<unsigned>(image + 1));
  for (std::size_t i = 0; i < tensor.size(); ++i) {
    tensor[i] = static_cast<float>((random() >> 8) % 256) / 127.5F - 1.0F;
  }
}

Features infer(ModelStream& stream, int image) {
  fill(image, stream.input());
  Features features(1280);
  EXPECT_TRUE(stream.infer(features).ok());
  return features;
}

std::unique_ptr<Model> untrained(int threads) {
  auto model = untrained_mobilenet_v2(3, Precision::kF32, threads);
  EXPECT_TRUE(model.ok());
  return std::move(*model);
}

TEST(Model, AnImagesBitsDependOnNothingElse) {
  const auto one = untrained(1);
  const auto stream = std::move(one->open_stream().value());
  std::vector<Features> expected;
  for (int i = 0; i < kImages; ++i) expected.push_back(infer(*stream, i));
  EXPECT_NE(expected[0], expected[1]);
  for (int i = kImages - 1; i >= 0; --i) {
    EXPECT_EQ(infer(*stream, i), expected[static_cast<std::size_t>(i)]);
  }

  for (const int threads : {2, 5}) {
    const auto model = untrained(threads);
    std::vector<std::thread> workers;
    for (int t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        const auto own = std::move(model->open_stream().value());
        for (int i = 0; i < kImages; ++i) {
          const int image = (i + t) % kImages;
          EXPECT_EQ(infer(*own, image), expected[static_cast<std::size_t>(image)]) << threads;
        }
      });
    }
    for (auto& worker : workers) worker.join();
  }
}

TEST(Model, AClosedStreamLeavesNothingToTheNext) {
  const auto model = untrained(1);
  Features expected;
  for (int i = 0; i < 3; ++i) {
    const auto stream = std::move(model->open_stream().value());
    const Features features = infer(*stream, 0);
    if (i == 0) expected = features;
    EXPECT_EQ(features, expected);
    infer(*stream, 1);
  }
}

TEST(Model, InferenceRunsOnTheCallersThread) {
  const auto model = untrained(2);
  const auto stream = std::move(model->open_stream().value());
  infer(*stream, 0);
  const auto cpu = [] {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
  };
  Features features(1280);
  const double start = cpu();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(stream->infer(features).ok());
  EXPECT_GT((cpu() - start) / 5, 1.0) << "ms an image; 300 million multiplications take more";
}

TEST(Model, UntrainedSaysSo) {
  const auto model = untrained(1);
  const ModelInfo& info = model->info();
  EXPECT_TRUE(info.untrained);
  EXPECT_EQ(info.name, "MobileNetV2 1.0 224");
  EXPECT_EQ(info.weights, "untrained:3");
  EXPECT_EQ(info.width, 1280);
  EXPECT_EQ(info.weights_sha256.size(), 64);
  EXPECT_THAT(info.engine, StartsWith("verger fused, "));
}

TEST(Model, KerasFilesGiveTheFeaturesOfTheirWeights) {
  const auto bytes = write_hdf5(
      keras_arrays(untrained_weights(3), KerasLayout::kKeras3Weights, /*with_top=*/true));
  const auto model = load_mobilenet_v2({"models/my.weights.h5", bytes}, Precision::kF32, 1);
  ASSERT_TRUE(model.ok()) << model.error().message();
  EXPECT_FALSE((*model)->info().untrained);
  EXPECT_EQ((*model)->info().weights, "my.weights.h5");
  const auto ours = std::move((*model)->open_stream().value());
  const auto reference = untrained(1);
  const auto theirs = std::move(reference->open_stream().value());
  EXPECT_EQ(infer(*ours, 0), infer(*theirs, 0));
}

TEST(Model, TheOfficialNameNeedsTheOfficialBytes) {
  const auto bytes = write_hdf5(
      keras_arrays(untrained_weights(3), KerasLayout::kKeras2Weights, /*with_top=*/false));
  const auto load = [&](std::string_view name) {
    return load_mobilenet_v2({"models/" + std::string(name), bytes}, Precision::kF32, 1);
  };
  for (const OfficialWeights& official : official_weights()) {
    const auto model = load(official.file_name);
    EXPECT_EQ(model.ok(), official.sha256.empty()) << official.file_name;
    if (model.ok()) continue;
    EXPECT_EQ(model.error().code(), StatusCode::kModel);
    EXPECT_THAT(model.error().message(),
                AllOf(HasSubstr(std::string(official.file_name)), HasSubstr("fetch it again")));
  }
}

// Where the processor has bfloat16, the features stay near; elsewhere the option is refused.
TEST(Model, Bf16IsNearOrRefused) {
  const auto model = untrained_mobilenet_v2(3, Precision::kBf16, 1);
  if (!model.ok()) {
    EXPECT_EQ(model.error().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(model.error().message(), HasSubstr("use precision='f32'"));
    return;
  }
  EXPECT_EQ((*model)->info().precision, Precision::kBf16);
  const auto stream = std::move((*model)->open_stream().value());
  const auto exact_model = untrained(1);
  const auto exact_stream = std::move(exact_model->open_stream().value());
  const Features near = infer(*stream, 0);
  const Features exact = infer(*exact_stream, 0);
  const auto dot = [](const Features& a, const Features& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  };
  EXPECT_GT(dot(near, exact) / std::sqrt(dot(near, near) * dot(exact, exact)), 0.999);
}

TEST(Model, SeedsAreWholeNumbers) {
  EXPECT_TRUE(is_untrained("untrained:1"));
  EXPECT_FALSE(is_untrained("folder/untrained.h5"));
  EXPECT_EQ(*untrained_seed("untrained:18446744073709551615"), 18'446'744'073'709'551'615ULL);
  for (const char* bad : {"untrained:", "untrained:-1", "untrained:1x",
                          "untrained:18446744073709551616", "weights.h5"}) {
    EXPECT_EQ(untrained_seed(bad).error().code(), StatusCode::kInvalidArgument) << bad;
  }
}

TEST(Model, OfficialWeightsAreFetchedByHttps) {
  ASSERT_FALSE(official_weights().empty());
  for (const OfficialWeights& official : official_weights()) {
    EXPECT_TRUE(official.url.starts_with("https://storage.googleapis.com/tensorflow/"));
    EXPECT_TRUE(official.url.ends_with("/" + std::string(official.file_name)));
  }
}

}  // namespace
}  // namespace verger
