// SPDX-License-Identifier: Apache-2.0
#include "image/resample_weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace verger {
namespace {

TEST(ResampleWeights, AddUpToOne) {
  for (const int from : {100, 3, 1, 4000, 225}) {
    const ResampleWeights weights({from, 224});
    for (int i = 0; i < 224; ++i) {
      const int32_t* const first = weights.weights(i);
      const int sum = std::accumulate(first, first + weights.count(i), 0);
      EXPECT_NEAR(sum, 1 << ResampleWeights::kPrecisionBits, weights.count(i)) << from << ' ' << i;
      EXPECT_GE(weights.first(i), 0);
      EXPECT_LE(weights.first(i) + weights.count(i), from);
    }
  }
}

// Doubling: the filter at distances 1.75, 0.75, 0.25, 1.25, by hand from Keys' polynomial.
TEST(ResampleWeights, OfDoublingAreKeysCubic) {
  const ResampleWeights weights({8, 16});
  const int i = 6;  // centre 3.25: inputs 1 to 4
  ASSERT_EQ(weights.count(i), 4);
  EXPECT_EQ(weights.first(i), 1);
  const double exact[] = {-0.0234375, 0.2265625, 0.8671875, -0.0703125};
  for (int t = 0; t < 4; ++t) EXPECT_EQ(weights.weights(i)[t], std::lround(exact[t] * (1 << 22)));
}

TEST(ResampleWeights, MirroredOnesAreThoseFromTheOtherEnd) {
  for (const auto& [from, to] : {std::pair(8, 16), {500, 224}, {1, 3}, {4001, 224}}) {
    const ResampleWeights weights({from, to});
    const ResampleWeights mirrored({from, to, true});
    int first = 0;
    int end = 0;
    for (int i = 0; i < to; ++i) {
      const int other = to - 1 - i;
      ASSERT_EQ(mirrored.count(i), weights.count(other));
      ASSERT_EQ(mirrored.first(i) + mirrored.count(i), from - weights.first(other));
      for (int t = 0; t < mirrored.count(i); ++t) {
        ASSERT_EQ(mirrored.weights(i)[t], weights.weights(other)[weights.count(other) - 1 - t]);
      }
      EXPECT_GE(mirrored.first(i), first);
      EXPECT_GE(mirrored.first(i) + mirrored.count(i), end);
      first = mirrored.first(i);
      end = first + mirrored.count(i);
    }
  }
}

TEST(ResampleWeights, EndlessAxesAreRefused) {
  EXPECT_TRUE(can_resample(65535, 224));
  EXPECT_TRUE(can_resample(60'000'000, 224));
  EXPECT_FALSE(can_resample(178'956'970, 224));
}

}  // namespace
}  // namespace verger
