// SPDX-License-Identifier: Apache-2.0
#include "image/column_filter.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "image/test_images.h"

namespace verger {
namespace {

class ColumnFilter : public testing::TestWithParam<std::size_t> {
 protected:
  // The rows `first` to `end` of an output's.
  WeightedRows rows(const ResampleWeights& weights, int y, int first, int end) const {
    const auto row = static_cast<std::size_t>(weights.first(y) + first);
    return {.first = &pixels_[row * stride_],
            .stride = stride_,
            .weights = weights.weights(y) + first,
            .count = end - first};
  }

  const std::size_t size_ = GetParam();
  const std::size_t stride_ = size_ + 5;
  const std::vector<uint8_t> pixels_ = make_noise(stride_ * 500);
};

TEST_P(ColumnFilter, IsTheSameOnEveryProcessorAndInParts) {
  for (const int from : {1, 2, 5, 100, 500}) {
    const ResampleWeights weights({from, 224});
    std::vector<uint8_t> plain(size_);
    std::vector<uint8_t> picked(size_);
    std::vector<uint8_t> resumed(size_);
    std::vector<int32_t> sums(size_);
    for (int y = 0; y < 224; ++y) {
      const int count = weights.count(y);
      const WeightedRows all = rows(weights, y, 0, count);
      filter_columns_plainly(all, 0, size_, {nullptr, nullptr, plain.data()});
      filter_columns(all, size_, {nullptr, nullptr, picked.data()});
      ASSERT_EQ(plain, picked) << from << ' ' << y;
      const int some = (count + 1) / 3;
      filter_columns(rows(weights, y, 0, some), size_, {nullptr, sums.data(), nullptr});
      filter_columns(rows(weights, y, some, some), size_, {sums.data(), sums.data(), nullptr});
      filter_columns(rows(weights, y, some, count), size_, {sums.data(), nullptr, resumed.data()});
      ASSERT_EQ(plain, resumed) << from << ' ' << y;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, ColumnFilter, testing::Values(3, 32, 33, 672));

}  // namespace
}  // namespace verger
