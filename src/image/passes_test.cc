// SPDX-License-Identifier: Apache-2.0
#include "image/passes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "image/column_filter.h"
#include "image/test_images.h"

namespace verger {
namespace {

class Collected : public RowSink {
 public:
  explicit Collected(std::size_t size) : row_(size) {}
  uint8_t* next_row() override { return row_.data(); }
  void push_row() override { pixels.insert(pixels.end(), row_.begin(), row_.end()); }

  std::vector<uint8_t> pixels;

 private:
  std::vector<uint8_t> row_;
};

void push(const std::vector<uint8_t>& pixels, std::size_t size, RowSink& pass) {
  for (std::size_t at = 0; at < pixels.size(); at += size) {
    std::copy_n(&pixels[at], size, pass.next_row());
    pass.push_row();
  }
}

// libjpeg-turbo writes rows at multiples of 16 past the caches.
TEST(RowBuffer, RowsBeginBetweenMultiplesOfSixteen) {
  for (const std::size_t size : {1u, 300u, 4096u, 1'000'000u}) {
    RowBuffer buffer;
    buffer.resize(3, size);
    EXPECT_GE(buffer.stride(), size);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.row(i)) % 16, 8u);
      std::fill_n(buffer.row(i), size, uint8_t{1});
    }
  }
}

// One block, several, many of the least number of rows; fewer rows and more; of an axis that is
// counted from its end as well.
TEST(VerticalPass, GivesTheSameHoweverManyBlocksTheRowsFill) {
  VerticalPass pass;
  for (const std::size_t size : {3u, 1000u, 20000u}) {
    for (const Axis& axis : {Axis{1, 5}, Axis{15, 40}, Axis{16, 7}, Axis{17, 17}, Axis{100, 300},
                             Axis{333, 20, true}, Axis{200, 199, true}}) {
      const auto rows = static_cast<std::size_t>(axis.from);
      const std::vector<uint8_t> pixels = make_noise(rows * size);
      Collected collected(size);
      pass.start(axis, size, collected);
      push(pixels, size, pass);
      const ResampleWeights weights(axis);
      std::vector<uint8_t> expected(size * static_cast<std::size_t>(axis.to));
      for (int y = 0; y < axis.to; ++y) {
        filter_columns({&pixels[static_cast<std::size_t>(weights.first(y)) * size], size,
                        weights.weights(y), weights.count(y)},
                       size, {nullptr, nullptr, &expected[static_cast<std::size_t>(y) * size]});
      }
      ASSERT_TRUE(collected.pixels == expected) << size << ' ' << axis.from << ' ' << axis.to;
    }
  }
}

TEST(HorizontalPass, GivesTheSameHoweverManyRowsThereAre) {
  HorizontalPass pass;
  for (const int rows : {1, 2, 3, 4, 5, 8, 11}) {
    for (const int width : {1, 10, 700, 2000}) {
      const std::size_t size = 3 * static_cast<std::size_t>(width);
      const std::vector<uint8_t> pixels = make_noise(static_cast<std::size_t>(rows) * size);
      Collected together(672);
      pass.start({width, 224}, rows, together);
      push(pixels, size, pass);
      Collected alone(672);
      for (std::size_t at = 0; at < pixels.size(); at += size) {
        pass.start({width, 224}, 1, alone);
        push({&pixels[at], &pixels[at] + size}, size, pass);
      }
      EXPECT_EQ(together.pixels.size(), 672u * static_cast<std::size_t>(rows));
      EXPECT_TRUE(together.pixels == alone.pixels) << rows << ' ' << width;
    }
  }
}

}  // namespace
}  // namespace verger
