// SPDX-License-Identifier: Apache-2.0
#include "pca/product.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace verger {
namespace {

using ::testing::Eq;

std::vector<double> random_values(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(count);
  for (double& value : values) value = normal(random) * std::exp(3 * normal(random));
  return values;
}

struct Shape {
  std::size_t depth;
  std::size_t rows;
  std::size_t columns;
};

// `a` is depth × rows and `b` depth × columns, row-major.
std::vector<double> chains(const Shape& shape, const std::vector<double>& a,
                           const std::vector<double>& b, std::vector<double> c) {
  for (std::size_t i = 0; i < shape.rows; ++i) {
    for (std::size_t j = 0; j < shape.columns; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < shape.depth; ++k) {
        sum = std::fma(a[k * shape.rows + i], b[k * shape.columns + j], sum);
      }
      c[i * shape.columns + j] += sum;
    }
  }
  return c;
}

std::vector<double> transposed(const std::vector<double>& from, std::size_t columns) {
  const std::size_t rows = from.size() / columns;
  std::vector<double> to(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) to[i % columns * rows + i / columns] = from[i];
  return to;
}

class ProductTest : public ::testing::TestWithParam<const ProductTile*> {};

TEST_P(ProductTest, IsOneChainPerElement) {
  const ProductTile& tile = *GetParam();
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{257, 13, 50}, Shape{3, 97, 33},
                             Shape{40, 200, 17}, Shape{256, 24, 48}}) {
    const auto a = random_values(shape.depth * shape.rows, 1);
    const auto b = random_values(shape.depth * shape.columns, 2);
    const auto start = random_values(shape.rows * shape.columns, 3);
    Panels left(tile.rows);
    Panels right(tile.columns);
    left.pack(a.data(), shape.rows, shape.depth, shape.rows);
    right.pack(b.data(), shape.columns, shape.depth, shape.columns);
    std::vector<double> c = start;
    add_product(tile, left, right, ProductTarget::full(c.data(), shape.columns));
    EXPECT_THAT(c, Eq(chains(shape, a, b, start))) << shape.rows << " × " << shape.columns;
  }
}

TEST_P(ProductTest, PacksRowsAndColumnsAlike) {
  const ProductTile& tile = *GetParam();
  const Shape shape{20, 31, 29};
  const auto a = random_values(shape.depth * shape.rows, 4);
  const auto b = random_values(shape.depth * shape.columns, 5);
  const std::vector<double> zeros(shape.rows * shape.columns);
  Panels left(tile.rows);
  Panels right(tile.columns);
  // Panels used before must leave nothing behind.
  left.pack(random_values(90 * 70, 6).data(), 70, 90, 70);
  left.pack_transposed(transposed(a, shape.rows).data(), shape.depth, shape.depth, shape.rows);
  right.pack_transposed(transposed(b, shape.columns).data(), shape.depth, shape.depth,
                        shape.columns);
  std::vector<double> c = zeros;
  add_product(tile, left, right, ProductTarget::full(c.data(), shape.columns));
  EXPECT_THAT(c, Eq(chains(shape, a, b, zeros)));
}

TEST_P(ProductTest, UpperTargetHoldsTheUpperTriangleOfTheFullOne) {
  const ProductTile& tile = *GetParam();
  for (const std::size_t width : {1UL, 2UL, 17UL, 53UL, 130UL}) {
    const Shape shape{65, width, width};
    const auto a = random_values(shape.depth * width, 7);
    Panels left(tile.rows);
    Panels right(tile.columns);
    left.pack(a.data(), width, shape.depth, width);
    right.pack(a.data(), width, shape.depth, width);
    std::vector<double> upper(width * (width + 1) / 2);
    add_product(tile, left, right, ProductTarget::upper(upper.data(), width));
    const auto full = chains(shape, a, a, std::vector<double>(width * width));
    std::vector<double> expected;
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t j = i; j < width; ++j) expected.push_back(full[i * width + j]);
    }
    EXPECT_THAT(upper, Eq(expected)) << width;
  }
}

INSTANTIATE_TEST_SUITE_P(EveryTile, ProductTest,
                         ::testing::ValuesIn(product_tiles().begin(), product_tiles().end()),
                         [](const auto& tile) { return std::string(tile.param->name); });

TEST(ProductTilesTest, EndWithThePortableOne) {
  ASSERT_FALSE(product_tiles().empty());
  EXPECT_EQ(product_tiles().back(), &kPortableTile);
}

}  // namespace
}  // namespace verger
