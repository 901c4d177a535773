// SPDX-License-Identifier: Apache-2.0
#include "image/colour.h"

namespace verger {

namespace {

// round(a · b / 255) for bytes a and b.
int multiply_255(int a, int b) {
  const int product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

}  // namespace

void inverted_cmyk_to_rgb(const uint8_t* cmyk, std::size_t pixels, uint8_t* rgb) {
  for (std::size_t i = 0; i < pixels; ++i, cmyk += 4, rgb += 3) {
    const int paper = cmyk[3];  // 255 − k
    for (int c = 0; c < 3; ++c) {
      rgb[c] = static_cast<uint8_t>(paper - multiply_255(255 - cmyk[c], paper));
    }
  }
}

}  // namespace verger
