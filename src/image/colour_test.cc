// SPDX-License-Identifier: Apache-2.0
#include "image/colour.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace verger {
namespace {

TEST(Cmyk, PureInks) {
  const std::array<uint8_t, 16> inks = {255, 255, 255, 255,   // none: white
                                        0,   255, 255, 255,   // cyan
                                        255, 255, 255, 0,     // black
                                        255, 255, 0,   128};  // dark yellow
  std::array<uint8_t, 12> rgb{};
  inverted_cmyk_to_rgb(inks.data(), 4, rgb.data());
  const std::array<uint8_t, 12> expected = {255, 255, 255, 0, 255, 255, 0, 0, 0, 128, 128, 0};
  EXPECT_EQ(rgb, expected);
}

TEST(Cmyk, RoundsTheProductToTheNearest) {
  for (int c = 0; c < 256; ++c) {
    for (int k = 0; k < 256; ++k) {
      const std::array<uint8_t, 4> ink = {static_cast<uint8_t>(c), 0, 0, static_cast<uint8_t>(k)};
      std::array<uint8_t, 3> rgb{};
      inverted_cmyk_to_rgb(ink.data(), 1, rgb.data());
      ASSERT_EQ(rgb[0], k - std::lround((255 - c) * k / 255.0)) << c << ' ' << k;
    }
  }
}

}  // namespace
}  // namespace verger
