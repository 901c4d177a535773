// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>

#include "sample/sample.h"
#include "verger/image.h"

namespace verger {
namespace {

TEST(Jpeg, DecodesToNearlyTheSamePixels) {
  const RgbImage image = render_fruit(0, 0, 1);
  const auto decoded = decode_image(encode_jpeg(image, 92), ImageOptions{});
  ASSERT_TRUE(decoded.ok());
  ASSERT_EQ(decoded->width, image.width);
  ASSERT_EQ(decoded->height, image.height);
  int64_t difference = 0;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    difference += std::abs(image.pixels[i] - decoded->pixels[i]);
  }
  EXPECT_LT(difference, int64_t{4} * static_cast<int64_t>(image.pixels.size()));
}

TEST(Jpeg, TakesASinglePixel) {
  const RgbImage pixel{1, 1, {200, 30, 40}};
  EXPECT_TRUE(decode_image(encode_jpeg(pixel, 92), ImageOptions{}).ok());
}

TEST(Jpeg, LowerQualityIsSmaller) {
  const RgbImage image = render_fruit(3, 0, 1);
  EXPECT_LT(encode_jpeg(image, 40).size(), encode_jpeg(image, 95).size());
}

}  // namespace
}  // namespace verger
