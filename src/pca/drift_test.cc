// SPDX-License-Identifier: Apache-2.0
#include "pca/drift.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "pca/test_rows.h"

namespace verger {
namespace {

constexpr std::size_t kDriftWidth = 24;

PcaModel fitted(const Moments& moments, int components) {
  return fit_pca(moments, {.variance = 0.9, .components = components}).value();
}

// Components along given rows, whatever they were fitted on.
PcaModel spanned_by(const std::vector<std::vector<double>>& rows) {
  PcaModel model;
  model.width = static_cast<int>(rows.front().size());
  model.k = static_cast<int>(rows.size());
  for (const auto& row : rows)
    model.components.insert(model.components.end(), row.begin(), row.end());
  return model;
}

TEST(VarianceKept, OfTheModelsOwnRowsIsItsCumulativeRatio) {
  const Moments moments = moments_of(random_rows(200, kDriftWidth, 1), kDriftWidth);
  for (const int k : {1, 5, static_cast<int>(kDriftWidth)}) {
    const PcaModel model = fitted(moments, k);
    EXPECT_NEAR(variance_kept(model, moments), model.cumulative_ratio(k), 1e-12);
  }
}

TEST(VarianceKept, OfOtherRowsIsThatOfTheirProjections) {
  const PcaModel model = fitted(moments_of(random_rows(200, kDriftWidth, 1), kDriftWidth), 4);
  const auto rows = random_rows(50, kDriftWidth, 2);
  std::vector<double> standardised(rows.size());
  std::vector<double> projected(50 * 4);
  standardise(model, rows, standardised);
  project(model, rows, projected);
  const auto variance = [](const std::vector<double>& table, std::size_t width) {
    double sum = 0;
    for (std::size_t column = 0; column < width; ++column) {
      double mean = 0;
      for (std::size_t i = column; i < table.size(); i += width) mean += table[i] / 50;
      for (std::size_t i = column; i < table.size(); i += width) {
        sum += (table[i] - mean) * (table[i] - mean);
      }
    }
    return sum;
  };
  EXPECT_NEAR(variance_kept(model, moments_of(rows, kDriftWidth)),
              variance(projected, 4) / variance(standardised, kDriftWidth), 1e-12);
}

TEST(VarianceKept, ColumnsThatWereConstantDoNotCount) {
  auto rows = random_rows(60, kDriftWidth, 3);
  for (std::size_t i = 5; i < rows.size(); i += kDriftWidth) rows[i] = 1;
  const PcaModel model = fitted(moments_of(rows, kDriftWidth), 3);
  EXPECT_EQ(model.deviation[5], 0);
  const double before = variance_kept(model, moments_of(rows, kDriftWidth));
  for (std::size_t i = 5; i < rows.size(); i += kDriftWidth) rows[i] = static_cast<float>(i);
  EXPECT_NEAR(variance_kept(model, moments_of(rows, kDriftWidth)), before, 1e-12);
}

TEST(LargestPrincipalAngle, OfKnownSubspaces) {
  const double turn = 0.3;
  const PcaModel plane = spanned_by({{1, 0, 0, 0}, {0, 1, 0, 0}});
  const PcaModel turned =
      spanned_by({{std::cos(turn), 0, std::sin(turn), 0}, {0, std::cos(0.1), 0, std::sin(0.1)}});
  EXPECT_NEAR(largest_principal_angle(plane, turned).value(), turn * 180 / std::numbers::pi, 1e-9);
  const PcaModel within = spanned_by({{std::sqrt(0.5), std::sqrt(0.5), 0, 0}});
  EXPECT_NEAR(largest_principal_angle(within, plane).value(), 0, 1e-6);
  EXPECT_NEAR(largest_principal_angle(plane, within).value(), 0, 1e-6);
  const PcaModel apart = spanned_by({{0, 0, 0, 1}});
  EXPECT_NEAR(largest_principal_angle(plane, apart).value(), 90, 1e-6);
}

TEST(LargestPrincipalAngle, ResolvesSmallAngles) {
  const double turn = 1e-7;
  const PcaModel line = spanned_by({{1, 0, 0}});
  const PcaModel turned = spanned_by({{std::cos(turn), std::sin(turn), 0}});
  EXPECT_NEAR(largest_principal_angle(line, turned).value() * std::numbers::pi / 180, turn, 1e-13);
}

TEST(MeasureDrift, TellsBothNumbersOfComponents) {
  const Moments then = moments_of(random_rows(200, kDriftWidth, 1), kDriftWidth);
  const Moments now = moments_of(random_rows(220, kDriftWidth, 8), kDriftWidth);
  const PcaModel before = fitted(then, 4);
  const PcaModel after = fitted(now, 6);
  const PcaDrift drift = measure_drift(before, now, &after).value();
  EXPECT_EQ(drift.k_before, 4);
  EXPECT_EQ(drift.k_after, 6);
  EXPECT_GT(drift.largest_angle.value(), 0);
  EXPECT_LT(drift.variance_kept, after.cumulative_ratio(6));
  const PcaDrift kept = measure_drift(before, now, nullptr).value();
  EXPECT_FALSE(kept.largest_angle.has_value());
  EXPECT_EQ(kept.k_after, 4);
}

}  // namespace
}  // namespace verger
