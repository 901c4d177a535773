// SPDX-License-Identifier: Apache-2.0
#include "image/png_rows.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "image/test_images.h"

namespace verger {
namespace {

using Row = std::vector<uint8_t>;

Row unfiltered(uint8_t type, std::size_t pixel_size) {
  const Row previous = {10, 20, 30, 200};
  Row row = {1, 2, 3, 100};
  EXPECT_TRUE(undo_filter(type, previous.data(), row.size(), pixel_size, row.data()));
  return row;
}

TEST(PngFilter, EveryTypeByHand) {
  EXPECT_EQ(unfiltered(0, 1), (Row{1, 2, 3, 100}));
  EXPECT_EQ(unfiltered(1, 1), (Row{1, 3, 6, 106}));
  EXPECT_EQ(unfiltered(2, 1), (Row{11, 22, 33, 44}));
  EXPECT_EQ(unfiltered(3, 1), (Row{6, 15, 25, 212}));
  EXPECT_EQ(unfiltered(4, 1), (Row{11, 22, 33, 44}));
  EXPECT_EQ(unfiltered(1, 3), (Row{1, 2, 3, 101}));
  EXPECT_EQ(unfiltered(3, 3), (Row{6, 12, 18, 203}));
}

// W3C PNG, section 9, byte by byte.
Row unfiltered_plainly(uint8_t type, const Row& previous, std::size_t pixel_size, Row row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const int left = i < pixel_size ? 0 : row[i - pixel_size];
    const int up_left = i < pixel_size ? 0 : previous[i - pixel_size];
    const int up = previous[i];
    const int estimate = left + up - up_left;
    int nearest = left;
    if (std::abs(estimate - up) < std::abs(estimate - nearest)) nearest = up;
    if (std::abs(estimate - up_left) < std::abs(estimate - nearest)) nearest = up_left;
    const int predictions[] = {0, left, up, (left + up) / 2, nearest};
    row[i] = static_cast<uint8_t>(row[i] + predictions[type]);
  }
  return row;
}

TEST(PngFilter, EveryTypeAndPixelSizeByDefinition) {
  for (const std::size_t pixel_size : {1u, 2u, 3u, 4u, 6u, 8u}) {
    for (const std::size_t size : {1u, 7u, 8u, 24u, 25u, 1200u}) {
      const Row noise = make_noise(2 * size);
      const auto middle = noise.begin() + static_cast<std::ptrdiff_t>(size);
      const Row previous(noise.begin(), middle);
      for (uint8_t type = 0; type < 5; ++type) {
        Row row(middle, noise.end());
        const Row expected = unfiltered_plainly(type, previous, pixel_size, row);
        EXPECT_TRUE(undo_filter(type, previous.data(), size, pixel_size, row.data()));
        EXPECT_EQ(row, expected) << pixel_size << ' ' << size << ' ' << int{type};
      }
    }
  }
}

TEST(PngFilter, UnknownTypesAreRefused) {
  Row row = {1, 2};
  EXPECT_FALSE(undo_filter(5, row.data(), 0, 1, row.data()));
}

TEST(PngFilter, RowsShorterThanAPixelAreLeftAlone) {
  const Row previous = {10};
  Row row = {1};
  EXPECT_TRUE(undo_filter(1, previous.data(), 1, 8, row.data()));
  EXPECT_EQ(row[0], 1);
}

Row unpacked(PngLayout layout, const Row& row, std::size_t pixels) {
  PngPalette palette{};
  for (std::size_t i = 0; i < palette.size(); ++i) palette[i] = static_cast<uint8_t>(7 * i);
  Row rgb(3 * pixels);
  unpack_rgb(layout, palette, row.data(), pixels, rgb.data());
  return rgb;
}

TEST(PngUnpack, GreyOfEveryDepth) {
  EXPECT_EQ(unpacked(PngLayout::kGrey1, {0b10100000}, 3),
            (Row{255, 255, 255, 0, 0, 0, 255, 255, 255}));
  EXPECT_EQ(unpacked(PngLayout::kGrey2, {0b00011011}, 4),
            (Row{0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255}));
  EXPECT_EQ(unpacked(PngLayout::kGrey4, {0x3F}, 2), (Row{51, 51, 51, 255, 255, 255}));
  EXPECT_EQ(unpacked(PngLayout::kGrey8, {9}, 1), (Row{9, 9, 9}));
  EXPECT_EQ(unpacked(PngLayout::kGreyAlpha8, {9, 1, 8, 2}, 2), (Row{9, 9, 9, 8, 8, 8}));
  EXPECT_EQ(unpacked(PngLayout::kGreyAlpha16, {9, 1, 8, 2}, 1), (Row{9, 9, 9}));
}

// As Pillow: grey of 16 bits is capped, colour of 16 bits keeps its high bytes.
TEST(PngUnpack, SixteenBits) {
  EXPECT_EQ(unpacked(PngLayout::kGrey16, {0, 200, 1, 0}, 2), (Row{200, 200, 200, 255, 255, 255}));
  EXPECT_EQ(unpacked(PngLayout::kRgb16, {1, 9, 2, 9, 3, 9}, 1), (Row{1, 2, 3}));
  EXPECT_EQ(unpacked(PngLayout::kRgba16, {1, 9, 2, 9, 3, 9, 4, 9}, 1), (Row{1, 2, 3}));
}

TEST(PngUnpack, ColourAndPalettes) {
  EXPECT_EQ(unpacked(PngLayout::kRgb8, {1, 2, 3}, 1), (Row{1, 2, 3}));
  EXPECT_EQ(unpacked(PngLayout::kRgba8, {1, 2, 3, 4}, 1), (Row{1, 2, 3}));
  EXPECT_EQ(unpacked(PngLayout::kPalette1, {0b01000000}, 2), (Row{0, 7, 14, 21, 28, 35}));
  EXPECT_EQ(unpacked(PngLayout::kPalette4, {0x20}, 1), (Row{42, 49, 56}));
  EXPECT_EQ(unpacked(PngLayout::kPalette8, {3}, 1), (Row{63, 70, 77}));
}

}  // namespace
}  // namespace verger
