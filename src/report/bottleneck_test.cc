// SPDX-License-Identifier: Apache-2.0
#include "report/bottleneck.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace verger {
namespace {

TEST(Bottleneck, NamesTheStageThatWorkersSpentMostOn) {
  const auto bottleneck = bottleneck_of({.images = 100,
                                         .readers = 4,
                                         .workers = 2,
                                         .wall = 10,
                                         .fetch = 20,
                                         .starved = 2,
                                         .decode = 4,
                                         .infer = 12,
                                         .write = 1});
  EXPECT_EQ(bottleneck["limit"], "infer");
  EXPECT_DOUBLE_EQ(bottleneck["share"], 0.6);
  EXPECT_DOUBLE_EQ(bottleneck["images_per_second"], 10);
  EXPECT_DOUBLE_EQ(bottleneck["images_per_second_without"], 25);
  EXPECT_DOUBLE_EQ(bottleneck["reader_busy"], 0.5);
  EXPECT_DOUBLE_EQ(bottleneck["worker_shares"]["other"], 0.05);
}

TEST(Bottleneck, BlamesTheStorageWhenWorkersStarve) {
  const auto bottleneck = bottleneck_of(
      {.images = 10, .readers = 1, .workers = 1, .wall = 10, .starved = 9, .infer = 1});
  EXPECT_EQ(bottleneck["limit"], "fetch");
  EXPECT_DOUBLE_EQ(bottleneck["share"], 0.9);
}

TEST(Bottleneck, SharesAddUpToOneWhenClocksDisagree) {
  const auto bottleneck = bottleneck_of(
      {.images = 10, .readers = 1, .workers = 1, .wall = 10, .decode = 6, .infer = 6});
  double sum = 0;
  for (const auto& [name, share] : bottleneck["worker_shares"].items()) sum += share.get<double>();
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(Bottleneck, ARunWithoutImagesHasFiniteShares) {
  const auto bottleneck = bottleneck_of({});
  EXPECT_DOUBLE_EQ(bottleneck["images_per_second"], 0);
  EXPECT_DOUBLE_EQ(bottleneck["share"], 0);
}

}  // namespace
}  // namespace verger
