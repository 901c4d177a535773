// SPDX-License-Identifier: Apache-2.0
#include "image/resize.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "image/exif.h"
#include "image/test_images.h"

namespace verger {
namespace {

TEST(Resize, OfTheSameSizeIsACopy) {
  const RgbImage image = make_picture(31, 17);
  EXPECT_EQ(resize_bicubic(image, 31, 17).pixels, image.pixels);
}

TEST(Resize, KeepsAPlainColour) {
  for (const auto& [width, height] : {std::pair(1, 1), {2, 300}, {300, 2}, {500, 400}}) {
    RgbImage image{width, height, {}};
    for (int i = 0; i < width * height; ++i) {
      for (const uint8_t sample : {uint8_t{0}, uint8_t{77}, uint8_t{255}}) {
        image.pixels.push_back(sample);
      }
    }
    const RgbImage resized = resize_bicubic(image, 224, 224);
    ASSERT_EQ(resized.pixels.size(), kTensorSize);
    for (std::size_t i = 0; i < kTensorSize; ++i) {
      ASSERT_EQ(resized.pixels[i], i % 3 == 0 ? 0 : i % 3 == 1 ? 77 : 255);
    }
  }
}

// Pillow 13's order of the passes: vertical first when it removes more than twice as many rows as
// the horizontal pass removes columns.
TEST(Resize, RunsThePassesInPillowsOrder) {
  struct Case {
    int width, height;
    bool is_vertical_first;
  };
  for (const auto& [width, height, is_vertical_first] : {Case{100, 100, false},
                                                         {100, 225, true},
                                                         {225, 226, false},
                                                         {225, 227, true},
                                                         {300, 376, false},
                                                         {300, 377, true},
                                                         {500, 333, false}}) {
    const RgbImage image = make_picture(width, height);
    const RgbImage by_rows = resize_bicubic(resize_bicubic(image, 224, height), 224, 224);
    const RgbImage by_columns = resize_bicubic(resize_bicubic(image, width, 224), 224, 224);
    const RgbImage resized = resize_bicubic(image, 224, 224);
    EXPECT_NE(by_rows.pixels, by_columns.pixels);
    EXPECT_EQ(resized.pixels, (is_vertical_first ? by_columns : by_rows).pixels)
        << width << ' ' << height;
  }
}

void push(const RgbImage& image, RowSink& sink) {
  const std::size_t size = 3 * static_cast<std::size_t>(image.width);
  for (std::size_t at = 0; at < image.pixels.size(); at += size) {
    std::copy_n(&image.pixels[at], size, sink.next_row());
    sink.push_row();
  }
}

TEST(Resizer, GivesTheSameWhenItsBuffersAreWarm) {
  Resizer warm;
  for (const auto& [width, height] : {std::pair(100, 100), {400, 30}, {30, 400}, {100, 100}}) {
    const RgbImage image = make_picture(width, height);
    std::vector<uint8_t> pixels(kTensorSize);
    warm.start({width, height}, 1, {224, 224}, pixels.data());
    warm.next_row();
    warm.push_row();  // an image that ends with its first row
    warm.start({width, height}, 1, {224, 224}, pixels.data());
    push(image, warm);
    EXPECT_EQ(pixels, resize_bicubic(image, 224, 224).pixels);
  }
}

// Wide and tall, on both sides of the rule for the passes, and where one of them or both are
// skipped.
TEST(Resizer, OfAnOrientationIsTheResizeOfTheUprightImage) {
  Resizer resizer;
  for (const auto& [width, height] : {std::pair(100, 225),
                                      {225, 100},
                                      {225, 227},
                                      {300, 377},
                                      {1000, 700},
                                      {60, 50},
                                      {60, 90},
                                      {60, 61},
                                      {200, 90}}) {
    for (int orientation = 1; orientation <= 8; ++orientation) {
      RgbImage upright = make_picture(width, height);
      RgbImage resized{60, 90, std::vector<uint8_t>(3 * 60 * 90)};
      resizer.start({width, height}, orientation, {60, 90}, resized.pixels.data());
      push(upright, resizer);
      if (orientation >= 5) std::swap(resized.width, resized.height);
      turn_upright(orientation, resized);
      turn_upright(orientation, upright);
      ASSERT_EQ(resized.pixels, resize_bicubic(upright, 60, 90).pixels)
          << width << ' ' << height << ' ' << orientation;
    }
  }
}

}  // namespace
}  // namespace verger
