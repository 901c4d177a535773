// SPDX-License-Identifier: Apache-2.0
#include "image/resample.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <vector>

namespace verger {
namespace {

std::vector<uint8_t> noise(std::size_t size) {
  std::mt19937 generator(7);
  std::vector<uint8_t> bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(generator());
  return bytes;
}

TEST(ResampleWeights, AddUpToOne) {
  for (const auto& [from, to] :
       {std::pair(100, 224), {3, 224}, {1, 224}, {4000, 224}, {225, 224}}) {
    const ResampleWeights weights(from, to);
    for (int i = 0; i < to; ++i) {
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
  const ResampleWeights weights(8, 16);
  const int i = 6;  // centre 3.25: inputs 1 to 4
  ASSERT_EQ(weights.count(i), 4);
  EXPECT_EQ(weights.first(i), 1);
  const double exact[] = {-0.0234375, 0.2265625, 0.8671875, -0.0703125};
  for (int t = 0; t < 4; ++t) EXPECT_EQ(weights.weights(i)[t], std::lround(exact[t] * (1 << 22)));
}

TEST(ResampleWeights, SplitWeightsAreTheSame) {
  const ResampleWeights weights(500, 224);
  for (int i = 0; i < 224; ++i) {
    for (int t = 0; t < weights.count(i); ++t) {
      const int16_t* const group = weights.split_weights(i) + 8 * (t / 4);
      const int whole = group[t % 4] * (1 << ResampleWeights::kSplitBits) + group[4 + t % 4];
      ASSERT_EQ(whole, weights.weights(i)[t]);
    }
  }
}

TEST(ResampleWeights, EndlessAxesAreRefused) {
  EXPECT_TRUE(can_resample(65535, 224));
  EXPECT_TRUE(can_resample(60'000'000, 224));
  EXPECT_FALSE(can_resample(178'956'970, 224));
}

TEST(Resample, RowsAreTheSameOnEveryProcessor) {
  for (const int from : {1, 2, 5, 100, 223, 500, 4000}) {
    const ResampleWeights weights(from, 224);
    const std::vector<uint8_t> row = noise(3 * static_cast<std::size_t>(from) + kRowPadding);
    std::vector<uint8_t> plain(672);
    std::vector<uint8_t> picked(672);
    resample_row_portable(row.data(), weights, 224, plain.data());
    resample_row(row.data(), weights, 224, picked.data());
    EXPECT_EQ(plain, picked) << from;
  }
}

TEST(Resample, ColumnsAreTheSameOnEveryProcessor) {
  for (const int from : {1, 2, 5, 100, 500}) {
    for (const std::size_t size : {3u, 33u, 672u}) {
      const ResampleWeights weights(from, 224);
      const std::vector<uint8_t> rows = noise(size * static_cast<std::size_t>(from));
      std::vector<uint8_t> plain(size);
      std::vector<uint8_t> picked(size);
      for (int y = 0; y < 224; ++y) {
        resample_column_portable(rows.data(), weights, y, 0, size, plain.data());
        resample_column(rows.data(), weights, y, size, picked.data());
        ASSERT_EQ(plain, picked) << from << ' ' << size << ' ' << y;
      }
    }
  }
}

}  // namespace
}  // namespace verger
