// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "plan/image_names.h"
#include "plan/recipe.h"
#include "plan/shards.h"

namespace verger {
namespace {

TEST(LabelOf, IsTheNameOfTheParentFolder) {
  EXPECT_EQ(label_of("file:/data/Test/Apple Red 1/3_100.jpg"), "Apple Red 1");
  EXPECT_EQ(label_of("file:/data/Test/3_100.jpg"), "Test");
  EXPECT_EQ(label_of("s3://bucket/3_100.jpg"), "bucket");
  EXPECT_EQ(label_of("file:/odd:/3_100.jpg"), "odd:");
  EXPECT_EQ(label_of("file:/3_100.jpg"), "");
}

TEST(PlanShards, CoversEveryImageOnceInBalancedRuns) {
  for (const std::size_t count :
       {1UL, 2UL, 23UL, 24UL, 25UL, 3'938UL, 22'688UL, 786'432UL, 786'433UL, 3'000'003UL}) {
    for (const int parts : {1, 2, 7, 24, 1000}) {
      const auto shards = plan_shards(count, parts);
      std::size_t next = 0;
      std::size_t smallest = count;
      std::size_t largest = 0;
      for (std::size_t number = 0; number < shards.size(); ++number) {
        ASSERT_EQ(shards[number].number, number);
        ASSERT_EQ(shards[number].begin, next);
        next = shards[number].end;
        smallest = std::min(smallest, shards[number].size());
        largest = std::max(largest, shards[number].size());
      }
      EXPECT_EQ(next, count);
      EXPECT_GE(smallest, 1U);
      EXPECT_LE(largest, kMaxShardRows);
      const std::size_t asked = std::min(count, static_cast<std::size_t>(parts));
      const std::size_t needed = (count + kMaxShardRows - 1) / kMaxShardRows;
      if (asked >= needed) {
        EXPECT_LE(largest - smallest, 1U);
      } else {  // all are full but the last
        EXPECT_EQ(shards[shards.size() - 2].size(), kMaxShardRows);
      }
      EXPECT_EQ(shards.size(), std::max(asked, needed)) << count << " in " << parts;
    }
  }
}

TEST(PlanShards, HasNoneForNoImages) { EXPECT_TRUE(plan_shards(0, 24).empty()); }

TEST(ExtractionHash, ChangesWithWhateverDecidesFeaturesAndNothingElse) {
  const ModelInfo model = {.name = "MobileNetV2",
                           .weights = "a.h5",
                           .weights_sha256 = "00",
                           .engine = "Engine, AVX2",
                           .precision = Precision::kF32,
                           .width = 1280,
                           .untrained = false};
  const std::string hash = extraction_sha256({}, model);
  ModelInfo renamed = model;
  renamed.weights = "elsewhere.h5";
  renamed.engine = "Engine, AVX-512";
  EXPECT_EQ(extraction_sha256({}, renamed), hash);
  renamed.precision = Precision::kBf16;
  ModelInfo reduced = model;
  reduced.precision = Precision::kBf16;
  EXPECT_NE(extraction_sha256({}, renamed), extraction_sha256({}, reduced));
  ModelInfo replaced = model;
  replaced.engine = "Engine 2";
  EXPECT_NE(extraction_sha256({}, replaced), hash);
  EXPECT_NE(extraction_sha256({.exif_orientation = true}, model), hash);
  EXPECT_NE(extraction_sha256({.fast_decode = true}, model), hash);
  EXPECT_NE(extraction_sha256({.max_pixels = 1}, model), hash);
  ModelInfo other = model;
  other.weights_sha256 = "ff";
  EXPECT_NE(extraction_sha256({}, other), hash);
}

}  // namespace
}  // namespace verger
