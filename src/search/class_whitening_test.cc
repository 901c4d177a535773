// SPDX-License-Identifier: Apache-2.0
#include "search/class_whitening.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "search/nearest.h"

namespace verger {
namespace {

constexpr std::size_t kMapWidth = 10;

// Two classes, which differ in the last component; the first varies much in both.
SearchTable two_classes(std::size_t rows) {
  SearchTable table;
  table.width = kMapWidth;
  table.unit.resize(rows * kMapWidth);
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::span<float> vector(table.unit.data() + row * kMapWidth, kMapWidth);
    for (std::size_t i = 0; i < kMapWidth; ++i) vector[i] = (i == 0 ? 2.0F : 0.2F) * normal(random);
    vector[kMapWidth - 1] += row % 2 == 0 ? 1.0F : -1.0F;
    scale_to_unit(vector);
    table.path.push_back(std::to_string(row));
    table.label.push_back(row % 2 == 0 ? "even" : "odd");
  }
  return table;
}

ClassWhitening fitted(const SearchTable& table) {
  return ClassWhiteningFit::make(table, read_row_of(table), CancelToken()).value()->whitening();
}

// The mean cosine of neighbours in the order of the table under the map, `apart` rows apart.
double mean_cosine(const SearchTable& table, const ClassWhitening& map, std::size_t apart) {
  std::vector<float> mapped(table.unit.size());
  map.map({table.unit.data(), table.unit.size()}, mapped);
  double sum = 0;
  for (std::size_t row = 0; row + apart < table.size(); ++row) {
    const std::span<const float> all(mapped);
    sum += static_cast<double>(cosine_of_units(all.subspan(row * kMapWidth, kMapWidth),
                                               all.subspan((row + apart) * kMapWidth, kMapWidth)));
  }
  return sum / static_cast<double>(table.size() - apart);
}

TEST(ClassWhiteningTest, ClassesAreCompactUnderIt) {
  const SearchTable table = two_classes(400);
  const ClassWhitening map = fitted(table);
  EXPECT_GT(mean_cosine(table, map, 2), mean_cosine(table, map, 1) + 0.6);
}

TEST(ClassWhiteningTest, AComponentThatVariesWithinClassesHardlyCounts) {
  const ClassWhitening map = fitted(two_classes(2000));
  std::vector<float> units(2 * kMapWidth);
  units[0] = units[1] = units[kMapWidth + 1] = 1;
  std::vector<float> mapped(units.size());
  map.map(units, mapped);
  const std::span<const float> all(mapped);
  EXPECT_GT(cosine_of_units(all.first(kMapWidth), all.subspan(kMapWidth)), 0.97F);
}

TEST(ClassWhiteningTest, WithoutClassesThereIsNone) {
  SearchTable table = two_classes(400);
  table.label.assign(table.size(), "one");
  EXPECT_FALSE(ClassWhiteningFit::make(table, read_row_of(table), CancelToken()).value());
  for (std::size_t row = 0; row < table.size(); ++row) table.label[row] = std::to_string(row / 9);
  EXPECT_FALSE(ClassWhiteningFit::make(table, read_row_of(table), CancelToken()).value());
}

TEST(ClassWhiteningTest, RowsThatAreAllTheSameHaveNone) {
  SearchTable table = two_classes(40);
  std::fill(table.unit.begin(), table.unit.end(), 0.0F);
  for (std::size_t row = 0; row < table.size(); ++row) table.unit[row * kMapWidth + row % 2] = 1;
  EXPECT_FALSE(ClassWhiteningFit::make(table, read_row_of(table), CancelToken()).value());
}

TEST(ClassWhiteningTest, IsReadAsItWasWritten) {
  const SearchTable table = two_classes(100);
  const ClassWhitening map = fitted(table);
  const auto bytes = map.encode();
  const auto read = ClassWhitening::decode(bytes, kMapWidth, {"even", "odd"});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->encode(), bytes);
  EXPECT_FALSE(ClassWhitening::decode(bytes, kMapWidth + 1, {"even", "odd"}));
  EXPECT_FALSE(ClassWhitening::decode(bytes, 0, {"even", "odd"}));
}

TEST(ClassWhiteningTest, MeansAreThoseOfTheClassesUnderTheMap) {
  const SearchTable table = two_classes(100);
  const auto fit = *ClassWhiteningFit::make(table, read_row_of(table), CancelToken()).value();
  std::vector<float> sum(kMapWidth);
  std::vector<float> without(kMapWidth);
  for (std::size_t row = 1; row < table.size(); row += 2) {
    for (std::size_t i = 0; i < kMapWidth; ++i) {
      sum[i] += table.row(row)[i];
      if (row != 7) without[i] += table.row(row)[i];
    }
  }
  std::vector<float> mapped(kMapWidth);
  fit.whitening().map(sum, mapped);
  const std::size_t odd = fit.whitening().class_of("odd").value();
  EXPECT_GT(cosine_of_units(mapped, fit.whitening().mean(odd)), 0.99999F);
  fit.whitening().map(without, mapped);
  EXPECT_GT(cosine_of_units(mapped, fit.mean_without(odd, table.row(7))), 0.99999F);
  EXPECT_FALSE(fit.whitening().class_of("neither"));
}

TEST(ClassWhiteningTest, AxesThatAreNoNumbersAreRefused) {
  auto bytes = fitted(two_classes(100)).encode();
  for (std::size_t i = 0; i < 8; ++i) bytes[bytes.size() - 1 - i] = 0xff;  // a NaN
  EXPECT_FALSE(ClassWhitening::decode(bytes, kMapWidth, {"even", "odd"}));
}

TEST(ClassWhiteningTest, AnInterruptedFitSaysSo) {
  const SearchTable table = two_classes(100);
  CancelToken cancel;
  cancel.cancel();
  const auto fit = ClassWhiteningFit::make(table, read_row_of(table), cancel);
  ASSERT_FALSE(fit.ok());
  EXPECT_EQ(fit.error().code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace verger
