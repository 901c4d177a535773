// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>
#include <thread>
#include <vector>

#include "pca/test_rows.h"
#include "verger/pca.h"

namespace verger {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Eq;

PcaModel model_of(const std::vector<float>& rows, std::size_t width, int components) {
  auto model = fit_pca(moments_of(rows, width), {.components = components});
  EXPECT_TRUE(model.ok());
  return std::move(model).value();
}

std::vector<double> projections(const PcaModel& model, std::span<const float> rows) {
  const std::size_t count = rows.size() / static_cast<std::size_t>(model.width);
  std::vector<double> projected(count * static_cast<std::size_t>(model.k), -1);
  project(model, rows, projected);
  return projected;
}

TEST(ProjectTest, ThreeRowsByHand) {
  const std::vector<float> rows = {1, 20, 2, 40, 3, 60};
  const PcaModel model = model_of(rows, 2, 1);
  const auto projected = projections(model, rows);
  EXPECT_NEAR(projected[0], -std::sqrt(2.0), 1e-15);
  EXPECT_NEAR(projected[1], 0, 1e-15);
  EXPECT_NEAR(projected[2], std::sqrt(2.0), 1e-15);
}

TEST(ProjectTest, StandardisesByHand) {
  PcaModel model;
  model.width = 3;
  model.mean = {1, 2, 3};
  model.deviation = {2, 0, 0.5};
  std::vector<double> standardised(6);
  standardise(model, std::vector<float>{1, 2, 3, 5, 9, 4}, standardised);
  EXPECT_THAT(standardised, ElementsAre(0, 0, 0, 2, 0, 2));
}

TEST(ProjectTest, IsTheProductOfTheStandardisedRowsAndTheComponents) {
  constexpr std::size_t kWidth = 600;  // more than two blocks of features
  constexpr std::size_t kCount = 210;  // and of rows
  constexpr int kComponents = 37;
  const auto rows = random_rows(kCount, kWidth, 1);
  const PcaModel model = model_of(rows, kWidth, kComponents);
  std::vector<double> standardised(rows.size());
  standardise(model, rows, standardised);
  const auto projected = projections(model, rows);
  for (std::size_t r = 0; r < kCount; ++r) {
    for (std::size_t c = 0; c < kComponents; ++c) {
      long double sum = 0;
      for (std::size_t i = 0; i < kWidth; ++i) {
        sum += static_cast<long double>(standardised[r * kWidth + i]) *
               model.components[c * kWidth + i];
      }
      EXPECT_NEAR(projected[r * kComponents + c], static_cast<double>(sum), 1e-12);
    }
  }
}

TEST(ProjectTest, ProjectionsHaveTheEigenvaluesAsVariancesAndNoCorrelation) {
  constexpr std::size_t kCount = 500;
  const auto rows = random_rows(kCount, 10, 2);
  const PcaModel model = model_of(rows, 10, 10);
  const auto projected = projections(model, rows);
  for (std::size_t a = 0; a < 10; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      double sum = 0;
      for (std::size_t r = 0; r < kCount; ++r) sum += projected[r * 10 + a] * projected[r * 10 + b];
      EXPECT_NEAR(sum / (kCount - 1), a == b ? model.eigenvalues[a] : 0, 1e-12);
    }
  }
}

TEST(ProjectTest, ARowDoesNotDependOnItsNeighbours) {
  constexpr std::size_t kWidth = 300;
  const auto rows = random_rows(230, kWidth, 3);
  const PcaModel model = model_of(rows, kWidth, 19);
  const auto together = projections(model, rows);
  std::vector<double> alone;
  for (std::size_t begin = 0, size = 1; begin < 230; begin += size, size = size * 2 + 1) {
    const std::size_t count = std::min(size, 230 - begin);
    const auto some = projections(model, std::span(rows).subspan(begin * kWidth, count * kWidth));
    alone.insert(alone.end(), some.begin(), some.end());
  }
  EXPECT_THAT(alone, Eq(together));
}

TEST(ProjectTest, ThreadsShareAModel) {
  const auto rows = random_rows(150, 40, 4);
  const PcaModel model = model_of(rows, 40, 11);
  const auto expected = projections(model, rows);
  std::vector<std::vector<double>> results(4);
  std::vector<std::thread> threads;
  for (auto& result : results) {
    threads.emplace_back([&] { result = projections(model, rows); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(results, Each(expected));
}

TEST(ProjectTest, NoRowsHaveNoProjections) {
  const PcaModel model = model_of({1, 2, 3, 5}, 2, 1);
  EXPECT_TRUE(projections(model, {}).empty());
}

}  // namespace
}  // namespace verger
