// SPDX-License-Identifier: Apache-2.0
#include "verger/moments.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include "pca/test_rows.h"

namespace verger {
namespace {

using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Two passes in long double.
std::vector<double> second_moment(const std::vector<float>& rows, std::size_t width) {
  const std::size_t count = rows.size() / width;
  std::vector<long double> mean(width);
  for (std::size_t at = 0; at < rows.size(); ++at) mean[at % width] += rows[at];
  for (long double& value : mean) value /= static_cast<long double>(count);
  std::vector<double> second(width * width);
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      long double sum = 0;
      for (std::size_t r = 0; r < count; ++r) {
        sum += (rows[r * width + i] - mean[i]) * (rows[r * width + j] - mean[j]);
      }
      second[i * width + j] = static_cast<double>(sum);
    }
  }
  return second;
}

// The largest difference of elements (i, j), as a share of √(a_ii a_jj).
double difference(const std::vector<double>& a, const std::vector<double>& b, std::size_t width) {
  double largest = 0;
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      const double scale = std::sqrt(a[i * width + i] * a[j * width + j]);
      largest = std::max(largest, std::abs(a[i * width + j] - b[i * width + j]) / scale);
    }
  }
  return largest;
}

TEST(MomentsTest, OfThreeRowsByHand) {
  Moments moments(2);
  ASSERT_TRUE(moments.add(std::vector<float>{1, 10, 2, 30, 6, 20}).ok());
  EXPECT_EQ(moments.count(), 3);
  EXPECT_THAT(moments.mean(), ElementsAre(3, 20));
  // Centred: (−2, −10), (−1, 10), (3, 0).
  EXPECT_THAT(moments.centred_second_moment(), ElementsAre(14, 10, 10, 200));
}

TEST(MomentsTest, OfNoRowsAreZero) {
  const Moments moments(3);
  EXPECT_EQ(moments.count(), 0);
  EXPECT_THAT(moments.mean(), Each(0.0));
  EXPECT_THAT(moments.centred_second_moment(), Each(0.0));
}

TEST(MomentsTest, OfOneRowHaveNoSecondMoment) {
  const Moments moments = moments_of({4, 5, 6}, 3);
  EXPECT_EQ(moments.count(), 1);
  EXPECT_THAT(moments.mean(), ElementsAre(4, 5, 6));
  EXPECT_THAT(moments.centred_second_moment(), Each(0.0));
}

TEST(MomentsTest, AgreeWithTwoPassesOverManyBlocks) {
  constexpr std::size_t kWidth = 21;
  const auto rows = random_rows(5 * Moments::kBlockRows + 77, kWidth, 1);
  const Moments moments = moments_of(rows, kWidth);
  EXPECT_LT(difference(second_moment(rows, kWidth), moments.centred_second_moment(), kWidth),
            1e-14);
}

TEST(MomentsTest, LargeValuesWithSmallDeviationsKeepTheirDigits) {
  constexpr std::size_t kWidth = 5;
  std::mt19937 random(2);
  std::uniform_int_distribution<int> step(-3, 3);
  std::vector<float> rows(700 * kWidth);
  for (float& value : rows) value = 1e6F + static_cast<float>(step(random));
  const Moments moments = moments_of(rows, kWidth);
  // Means of 1e6 are right to 1e-10, and so are the differences of blocks' means.
  EXPECT_LT(difference(second_moment(rows, kWidth), moments.centred_second_moment(), kWidth),
            1e-11);
}

TEST(MomentsTest, AConstantColumnHasExactlyNoSecondMoment) {
  constexpr std::size_t kWidth = 4;
  auto rows = random_rows(1000, kWidth, 3);
  for (std::size_t at = 2; at < rows.size(); at += kWidth) rows[at] = 0.1F;
  Moments moments = moments_of(rows, kWidth);
  ASSERT_TRUE(moments.merge(moments_of(rows, kWidth)).ok());
  const auto second = moments.centred_second_moment();
  EXPECT_EQ(moments.mean()[2], static_cast<double>(0.1F));
  for (std::size_t i = 0; i < kWidth; ++i) EXPECT_EQ(second[i * kWidth + 2], 0);
}

TEST(MomentsTest, HaveTheSameBitsHoweverTheRowsAreChopped) {
  constexpr std::size_t kWidth = 9;
  const auto rows = random_rows(1337, kWidth, 4);
  const auto expected = moments_of(rows, kWidth).serialise();
  std::mt19937 random(5);
  for (const std::size_t largest : {1UL, 3UL, 255UL, 256UL, 257UL, 700UL}) {
    std::uniform_int_distribution<std::size_t> size(0, largest);
    Moments moments(kWidth);
    for (std::span<const float> rest = rows; !rest.empty();) {
      const std::size_t taken = std::min(size(random) * kWidth, rest.size());
      ASSERT_TRUE(moments.add(rest.first(taken)).ok());
      rest = rest.subspan(taken);
    }
    EXPECT_THAT(moments.serialise(), Eq(expected)) << largest;
  }
}

TEST(MomentsTest, LookingAtThemChangesNothing) {
  constexpr std::size_t kWidth = 3;
  const auto rows = random_rows(300, kWidth, 6);
  Moments moments(kWidth);
  for (std::size_t r = 0; r < 300; ++r) {
    ASSERT_TRUE(moments.add(std::span(rows).subspan(r * kWidth, kWidth)).ok());
    EXPECT_EQ(moments.count(), static_cast<int64_t>(r + 1));
    if (r % 50 == 0) {
      EXPECT_THAT(moments.mean(), SizeIs(kWidth));
      EXPECT_FALSE(moments.serialise().empty());
    }
  }
  EXPECT_THAT(moments.serialise(), Eq(moments_of(rows, kWidth).serialise()));
}

TEST(MomentsTest, ACopyGoesOnByItself) {
  const auto rows = random_rows(600, 2, 7);
  const std::span<const float> all = rows;
  Moments first(2);
  ASSERT_TRUE(first.add(all.first(700)).ok());
  Moments second = first;
  ASSERT_TRUE(first.add(all.subspan(700)).ok());
  ASSERT_TRUE(second.add(all.subspan(700)).ok());
  EXPECT_THAT(first.serialise(), Eq(moments_of(rows, 2).serialise()));
  EXPECT_THAT(second.serialise(), Eq(first.serialise()));
}

TEST(MomentsTest, MergedAgreeWithTheWhole) {
  constexpr std::size_t kWidth = 12;
  const auto rows = random_rows(2000, kWidth, 8);
  const auto whole = moments_of(rows, kWidth);
  for (const std::size_t cut : {0UL, 1UL, 300UL, 1000UL, 1999UL, 2000UL}) {
    const auto split = rows.begin() + static_cast<std::ptrdiff_t>(cut * kWidth);
    Moments merged = moments_of({rows.begin(), split}, kWidth);
    ASSERT_TRUE(merged.merge(moments_of({split, rows.end()}, kWidth)).ok());
    EXPECT_EQ(merged.count(), 2000);
    EXPECT_LT(difference(whole.centred_second_moment(), merged.centred_second_moment(), kWidth),
              1e-12);
    for (std::size_t i = 0; i < kWidth; ++i) {
      EXPECT_THAT(merged.mean()[i], DoubleNear(whole.mean()[i], 1e-12 * std::abs(whole.mean()[i])));
    }
  }
}

TEST(MomentsTest, OfOneRowAreReadBackAndMerged) {
  const Moments one = moments_of({1, 5}, 2);
  const auto bytes = one.serialise();
  auto read = Moments::deserialise(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->serialise(), bytes);
  ASSERT_TRUE(read->merge(moments_of({3, -1}, 2)).ok());
  EXPECT_THAT(read->mean(), ElementsAre(2, 2));
  EXPECT_THAT(read->centred_second_moment(), ElementsAre(2, -6, -6, 18));
}

TEST(MomentsTest, MergedWithThemselvesAreDoubled) {
  Moments moments = moments_of({1, 10, 2, 30, 6, 20}, 2);
  ASSERT_TRUE(moments.merge(moments).ok());
  EXPECT_EQ(moments.count(), 6);
  EXPECT_THAT(moments.centred_second_moment(), ElementsAre(28, 20, 20, 400));
}

TEST(MomentsTest, OfOtherWidthsAreRefused) {
  Moments moments(2);
  const Status status = moments.merge(Moments(3));
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("3 features"));
}

TEST(MomentsTest, NonFiniteValuesAreRefusedAndNothingIsAdded) {
  for (const float bad :
       {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
        std::numeric_limits<float>::quiet_NaN()}) {
    Moments moments(2);
    const Status status = moments.add(std::vector<float>{1, 2, 3, 4, 5, bad});
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr("Feature 1 of row 2"));
    EXPECT_EQ(moments.count(), 0);
  }
}

TEST(MomentsTest, ExtremeFiniteValuesAreTaken) {
  const float largest = std::numeric_limits<float>::max();
  const float smallest = std::numeric_limits<float>::denorm_min();
  const Moments moments = moments_of({largest, smallest, -largest, -smallest}, 2);
  const auto second = moments.centred_second_moment();
  EXPECT_GT(second[3], 0);
  EXPECT_TRUE(std::isfinite(second[0]));
}

TEST(MomentsTest, PartsOfRowsAreRefused) {
  Moments moments(3);
  EXPECT_EQ(moments.add(std::vector<float>{1, 2, 3, 4}).code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace verger
