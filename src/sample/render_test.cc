// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "base/sha256.h"
#include "sample/catalogue.h"
#include "sample/sample.h"

namespace verger {
namespace {

int classes() { return static_cast<int>(orchard::catalogue().size()); }

// Share of the pixels that are not the white of the table or its shadow.
double fruit_share(const RgbImage& image) {
  int64_t fruit = 0;
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    const auto [low, high] =
        std::minmax({image.pixels[i], image.pixels[i + 1], image.pixels[i + 2]});
    if (low < 190 || high - low > 20) ++fruit;
  }
  return 3.0 * static_cast<double>(fruit) / static_cast<double>(image.pixels.size());
}

TEST(Render, EveryClassShowsAFruitOnWhite) {
  for (int label = 0; label < classes(); ++label) {
    for (int number = 0; number < 3; ++number) {
      const RgbImage image = render_fruit(label, number, 1);
      ASSERT_EQ(image.width, 100);
      ASSERT_EQ(image.height, 100);
      ASSERT_EQ(image.pixels.size(), 30'000U);
      EXPECT_GT(fruit_share(image), 0.08) << sample_class_name(label) << ' ' << number;
      EXPECT_LT(fruit_share(image), 0.85) << sample_class_name(label) << ' ' << number;
      for (const std::size_t corner : {0U, 297U}) EXPECT_EQ(image.pixels[corner], 255);
    }
  }
}

TEST(Render, TheSameArgumentsGiveTheSamePixels) {
  EXPECT_EQ(render_fruit(7, 3, 9).pixels, render_fruit(7, 3, 9).pixels);
}

TEST(Render, ImagesClassesAndSeedsDiffer) {
  const auto pixels = render_fruit(7, 3, 9).pixels;
  EXPECT_NE(pixels, render_fruit(7, 4, 9).pixels);
  EXPECT_NE(pixels, render_fruit(8, 3, 9).pixels);
  EXPECT_NE(pixels, render_fruit(7, 3, 10).pixels);
}

// The promise that a seed's pictures are the same everywhere. A change of the drawing changes this.
TEST(Render, PixelsAreTheSameOnEveryMachine) {
  Sha256 sha;
  for (int label = 0; label < classes(); ++label) sha.update(render_fruit(label, 0, 1).pixels);
  EXPECT_EQ(sha.finish(), "8f6c75b1ef3a9d894554803ef2282de065c6a4e0eb82ae0b8859d3cf720db634");
}

}  // namespace
}  // namespace verger
