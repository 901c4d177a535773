// SPDX-License-Identifier: Apache-2.0
#include "image/row_filter.h"

#include <gtest/gtest.h>

#include "image/test_images.h"

namespace verger {
namespace {

// Rows of noise with what a kernel may read past the end of each, and rows for its answer.
struct Batch {
  Batch(int from, int to) {
    from_stride = 3 * static_cast<std::size_t>(from) + RowFilter::kPadding;
    to_stride = 3 * static_cast<std::size_t>(to) + RowFilter::kPadding;
    pixels = make_noise(RowFilter::kBatch * from_stride);
    filtered.resize(RowFilter::kBatch * to_stride);
  }

  // The rows without their padding, one after the other.
  std::vector<uint8_t> filter(const RowFilter& filter, int rows) {
    filter.filter({pixels.data(), from_stride}, rows, {filtered.data(), to_stride});
    std::vector<uint8_t> answer;
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
      const auto row = filtered.begin() + static_cast<std::ptrdiff_t>(i * to_stride);
      answer.insert(answer.end(), row,
                    row + static_cast<std::ptrdiff_t>(to_stride - RowFilter::kPadding));
    }
    return answer;
  }

  std::size_t from_stride;
  std::size_t to_stride;
  std::vector<uint8_t> pixels;
  std::vector<uint8_t> filtered;
};

// The sums as the definition of the weights has them.
std::vector<uint8_t> filter_by_definition(const ResampleWeights& weights, const Batch& batch,
                                          int rows) {
  std::vector<uint8_t> answer;
  for (int i = 0; i < rows; ++i) {
    const uint8_t* const row = &batch.pixels[static_cast<std::size_t>(i) * batch.from_stride];
    for (int x = 0; x < weights.axis().to; ++x) {
      for (int c = 0; c < 3; ++c) {
        int32_t sum = ResampleWeights::kHalf;
        for (int t = 0; t < weights.count(x); ++t) {
          sum += row[3 * (weights.first(x) + t) + c] * weights.weights(x)[t];
        }
        answer.push_back(ResampleWeights::to_byte(sum));
      }
    }
  }
  return answer;
}

TEST(RowFilter, EveryKernelGivesTheBitsOfTheDefinition) {
  for (const int from : {1, 2, 5, 100, 223, 500, 897, 4000}) {
    for (const bool is_mirrored : {false, true}) {
      const ResampleWeights weights({from, 224, is_mirrored});
      for (const RowKernel* const kernel : row_kernels()) {
        const RowFilter filter(weights, *kernel);
        Batch batch(from, 224);
        for (int rows = 1; rows <= RowFilter::kBatch; ++rows) {
          EXPECT_EQ(batch.filter(filter, rows), filter_by_definition(weights, batch, rows))
              << kernel->name << ' ' << from << ' ' << rows;
        }
      }
    }
  }
}

// The largest sums and the least, with weights that are as large as they can be.
TEST(RowFilter, ExtremesAreNoMatter) {
  for (const uint8_t sample : {uint8_t{0}, uint8_t{255}}) {
    for (const int from : {1, 2, 3, 4, 7, 5000}) {
      const ResampleWeights weights({from, 300});
      for (const RowKernel* const kernel : row_kernels()) {
        Batch batch(from, 300);
        for (std::size_t i = 0; i < batch.pixels.size(); ++i) {
          batch.pixels[i] = i / 3 % 5 < 3 ? sample : static_cast<uint8_t>(255 - sample);
        }
        EXPECT_EQ(batch.filter(RowFilter(weights, *kernel), 2),
                  filter_by_definition(weights, batch, 2))
            << kernel->name << ' ' << from;
      }
    }
  }
}

TEST(RowFilter, AKernelIsThereForEveryAxis) {
  EXPECT_EQ(row_kernels().front()->name, "plain");
  for (const int from : {1, 100, 447, 448, 60'000'000}) {
    EXPECT_FALSE(row_kernel_for({from, 224}).name.empty());
  }
}

}  // namespace
}  // namespace verger
