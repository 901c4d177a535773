// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "pca/eigen.h"
#include "pca/test_rows.h"
#include "verger/pca.h"

namespace verger {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;

// The corners of a square: two columns without correlation.
const std::vector<float> kSquare = {1, 1, 1, -1, -1, 1, -1, -1};
// The second column is twice the first, the third the first with the other sign.
const std::vector<float> kLine = {1, 2, -1, 2, 4, -2, 3, 6, -3};

PcaModel fit(const Moments& moments, const PcaOptions& options = {}) {
  auto model = fit_pca(moments, options);
  EXPECT_TRUE(model.ok()) << model.error().message();
  return std::move(model).value();
}

std::string fault_of(const Moments& moments, const PcaOptions& options = {}) {
  const auto model = fit_pca(moments, options);
  if (model.ok()) return "none";
  EXPECT_EQ(model.error().code(), StatusCode::kInvalidArgument);
  return model.error().message();
}

void expect_orthonormal(const PcaModel& model) {
  const auto width = static_cast<std::size_t>(model.width);
  for (std::size_t a = 0; a < model.components.size(); a += width) {
    for (std::size_t b = 0; b <= a; b += width) {
      const double dot =
          std::inner_product(model.components.begin() + static_cast<std::ptrdiff_t>(a),
                             model.components.begin() + static_cast<std::ptrdiff_t>(a + width),
                             model.components.begin() + static_cast<std::ptrdiff_t>(b), 0.0);
      EXPECT_NEAR(dot, a == b ? 1 : 0, 1e-12);
    }
  }
}

TEST(FitTest, ALineHasOneComponent) {
  const PcaModel model = fit(moments_of(kLine, 3), {.variance = 1.0});
  EXPECT_EQ(model.width, 3);
  EXPECT_EQ(model.count, 3);
  EXPECT_EQ(model.variance, 1.0);
  EXPECT_THAT(model.mean, ElementsAre(2, 4, -2));
  EXPECT_THAT(model.deviation, ElementsAre(1, 2, 1));
  EXPECT_NEAR(model.eigenvalues[0], 3, 1e-14);
  EXPECT_EQ(model.eigenvalues[1], 0);
  EXPECT_EQ(model.eigenvalues[2], 0);
  EXPECT_EQ(model.k, 1);
  EXPECT_EQ(model.rank(), 1);
  const double loading = std::sqrt(1.0 / 3);
  EXPECT_NEAR(model.components[0], loading, 1e-14);  // all three tie: the first is positive
  EXPECT_NEAR(model.components[1], loading, 1e-14);
  EXPECT_NEAR(model.components[2], -loading, 1e-14);
}

TEST(FitTest, ThreeRowsByHand) {
  // Correlation ½: columns (−1, 0, 1) and (−1, 1, 0).
  const PcaModel model = fit(moments_of({-1, -1, 0, 1, 1, 0}, 2), {.variance = 0.75});
  EXPECT_NEAR(model.eigenvalues[0], 1.5, 1e-15);
  EXPECT_NEAR(model.eigenvalues[1], 0.5, 1e-15);
  EXPECT_NEAR(model.cumulative_ratio(1), 0.75, 1e-15);
}

TEST(FitTest, VarianceChoosesTheSmallestK) {
  const Moments square = moments_of(kSquare, 2);
  EXPECT_EQ(fit(square, {.variance = 1e-9}).k, 1);
  EXPECT_EQ(fit(square, {.variance = 0.49}).k, 1);
  EXPECT_EQ(fit(square, {.variance = 0.51}).k, 2);
  EXPECT_EQ(fit(square, {.variance = 1.0}).k, 2);

  const Moments many = moments_of(random_rows(400, 30, 1), 30);
  for (const double variance : {0.1, 0.5, 0.9, 0.95, 0.999, 1.0}) {
    const PcaModel model = fit(many, {.variance = variance});
    EXPECT_GE(model.cumulative_ratio(model.k), variance);
    EXPECT_LT(model.cumulative_ratio(model.k - 1), variance);
    expect_orthonormal(model);
  }
}

TEST(FitTest, CumulativeRatiosRunFromZeroToOne) {
  const PcaModel model = fit(moments_of(random_rows(10, 30, 2), 30));
  EXPECT_EQ(model.cumulative_ratio(0), 0);
  EXPECT_EQ(model.cumulative_ratio(-1), 0);
  EXPECT_EQ(model.rank(), 9);  // 10 rows, centred
  EXPECT_EQ(model.cumulative_ratio(9), 1);
  EXPECT_EQ(model.cumulative_ratio(30), 1);
  EXPECT_EQ(model.cumulative_ratio(31), 1);
  EXPECT_LT(model.cumulative_ratio(8), 1);
}

TEST(FitTest, AllTheVarianceNeedsNoMoreThanTheRank) {
  for (const std::size_t count : {2UL, 3UL, 20UL, 40UL}) {
    const PcaModel model = fit(moments_of(random_rows(count, 50, 3), 50), {.variance = 1.0});
    EXPECT_EQ(model.rank(), static_cast<int>(count - 1));
    EXPECT_EQ(model.k, static_cast<int>(count - 1));
    expect_orthonormal(model);
  }
}

TEST(FitTest, ComponentsOverrideTheVariance) {
  const Moments moments = moments_of(random_rows(100, 8, 4), 8);
  for (int k = 1; k <= 8; ++k) {
    const PcaModel model = fit(moments, {.variance = 0.5, .components = k});
    EXPECT_EQ(model.k, k);
    EXPECT_EQ(model.variance, 0);
    EXPECT_EQ(model.components.size(), static_cast<std::size_t>(k) * 8);
    EXPECT_EQ(model.eigenvalues.size(), 8U);
  }
}

TEST(FitTest, MoreComponentsThanTheRankAreRefused) {
  const Moments moments = moments_of(random_rows(5, 20, 5), 20);
  EXPECT_EQ(fault_of(moments, {.components = 4}), "none");
  EXPECT_THAT(fault_of(moments, {.components = 5}), HasSubstr("rank of the features, which is 4"));
}

TEST(FitTest, ConstantColumnsStandardiseToZero) {
  auto rows = random_rows(60, 5, 6);
  for (std::size_t at = 3; at < rows.size(); at += 5) rows[at] = 1e6F;
  const PcaModel model = fit(moments_of(rows, 5), {.variance = 1.0});
  EXPECT_EQ(model.deviation[3], 0);
  EXPECT_EQ(model.k, 4);
  for (std::size_t c = 0; c < 4; ++c) EXPECT_NEAR(model.components[c * 5 + 3], 0, 1e-14);
  EXPECT_NEAR(std::accumulate(model.eigenvalues.begin(), model.eigenvalues.end(), 0.0), 4, 1e-12);
}

TEST(FitTest, DuplicatedRowsChangeTheDeviationAlone) {
  const auto rows = random_rows(80, 6, 7);
  auto doubled = rows;
  doubled.insert(doubled.end(), rows.begin(), rows.end());
  const PcaModel once = fit(moments_of(rows, 6), {.components = 6});
  const PcaModel twice = fit(moments_of(doubled, 6), {.components = 6});
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(once.eigenvalues[i], twice.eigenvalues[i], 1e-12);
    const double factor = std::sqrt(2 * 79.0 / 159.0);
    EXPECT_NEAR(once.deviation[i] * factor, twice.deviation[i], 1e-12 * once.deviation[i]);
  }
}

TEST(FitTest, ScaleAndShiftOfAColumnChangeNoComponent) {
  const auto rows = random_rows(200, 4, 8);
  auto scaled = rows;
  for (std::size_t at = 1; at < rows.size(); at += 4) scaled[at] = rows[at] * 262144.0F;
  const PcaModel plain = fit(moments_of(rows, 4), {.components = 4});
  const PcaModel changed = fit(moments_of(scaled, 4), {.components = 4});
  EXPECT_THAT(changed.components, Eq(plain.components));
  EXPECT_THAT(changed.eigenvalues, Eq(plain.eigenvalues));
}

TEST(FitTest, WithoutStandardisationTheVarianceOfTheColumnsIsKept) {
  // Columns of variance 2/3 and 6, uncorrelated, and a constant one.
  const std::vector<float> rows = {-1, 0, 7, 1, 0, 7, 0, -3, 7, 0, 3, 7};
  const PcaModel model = fit(moments_of(rows, 3), {.variance = 1.0, .standardize = false});
  EXPECT_FALSE(model.standardize);
  EXPECT_THAT(model.deviation, Each(1.0));
  ASSERT_EQ(model.k, 2);
  EXPECT_NEAR(model.eigenvalues[0], 6, 1e-14);
  EXPECT_NEAR(model.eigenvalues[1], 2.0 / 3, 1e-14);
  EXPECT_EQ(model.eigenvalues[2], 0);
  EXPECT_NEAR(model.components[1], 1, 1e-14);
  EXPECT_NEAR(model.components[3], 1, 1e-14);
}

TEST(FitTest, TheLargestLoadingIsPositive) {
  const PcaModel model = fit(moments_of(random_rows(300, 12, 9), 12), {.components = 12});
  for (std::size_t c = 0; c < 12; ++c) {
    const std::span row(model.components.data() + c * 12, 12);
    const auto largest =
        std::ranges::max_element(row, [](double a, double b) { return std::abs(a) < std::abs(b); });
    EXPECT_GT(*largest, 0);
  }
}

TEST(FitTest, TheFirstOfTiedLoadingsIsPositive) {
  // Two columns give both components the loadings ±√½.
  std::mt19937 random(10);
  std::normal_distribution<float> normal;
  for (int i = 0; i < 50; ++i) {
    std::vector<float> rows(20);
    for (float& value : rows) value = normal(random);
    const PcaModel model = fit(moments_of(rows, 2), {.components = 2});
    EXPECT_GT(model.components[0], 0);
    EXPECT_GT(model.components[2], 0);
  }
}

TEST(FitTest, WrongEigenvectorsMakeNoModel) {
  const Moments moments = moments_of(random_rows(100, 8, 11), 8);
  // Orthogonal still, but one eigenvalue's vector is another's.
  set_eigen_hook([](Eigensystem& eigen) {
    double* vectors = eigen.vectors.data();
    std::swap_ranges(vectors, vectors + 8, vectors + 8);
  });
  const auto model = fit_pca(moments, {});
  set_eigen_hook(nullptr);
  ASSERT_FALSE(model.ok());
  EXPECT_EQ(model.error().code(), StatusCode::kCheckFailed);
}

TEST(FitTest, TooFewRowsAreRefused) {
  EXPECT_THAT(fault_of(Moments(3)), HasSubstr("at least 2 images, not 0"));
  EXPECT_THAT(fault_of(moments_of({1, 2, 3}, 3)), HasSubstr("at least 2 images, not 1"));
}

TEST(FitTest, TwoRowsHaveOneComponent) {
  const PcaModel model = fit(moments_of({0, 5, 4, 5}, 2));
  EXPECT_EQ(model.k, 1);
  EXPECT_EQ(model.deviation[0], std::sqrt(8.0));
  EXPECT_THAT(model.components, ElementsAre(1, 0));
}

TEST(FitTest, ConstantFeaturesAreRefused) {
  EXPECT_THAT(fault_of(moments_of({7, 8, 7, 8, 7, 8}, 2)), HasSubstr("no variance"));
}

TEST(FitTest, InvalidOptionsAreRefused) {
  const Moments square = moments_of(kSquare, 2);
  for (const double variance : {0.0, -1.0, 1.5, std::nan("")}) {
    EXPECT_THAT(fault_of(square, {.variance = variance}), HasSubstr("variance"));
  }
  EXPECT_THAT(fault_of(square, {.components = -1}), HasSubstr("components"));
}

}  // namespace
}  // namespace verger
