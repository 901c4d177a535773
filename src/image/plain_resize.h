// SPDX-License-Identifier: Apache-2.0
// The resize of a whole image as it is defined, without vectors, blocks or streams: what tests,
// fuzzing and benchmarks hold the resize to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "image/resample_weights.h"
#include "verger/image.h"

namespace verger {

// One pass, along x or along y.
inline RgbImage resample_plainly(const RgbImage& image, int to, bool along_x) {
  const ResampleWeights weights({along_x ? image.width : image.height, to});
  const std::ptrdiff_t row = 3 * static_cast<std::ptrdiff_t>(image.width);
  const std::ptrdiff_t step = along_x ? 3 : row;  // from one tap to the next
  RgbImage made{along_x ? to : image.width, along_x ? image.height : to, {}};
  for (int y = 0; y < made.height; ++y) {
    for (int x = 0; x < made.width; ++x) {
      const int i = along_x ? x : y;
      const uint8_t* const start = image.pixels.data() + (along_x ? y * row : 3 * x);
      for (int c = 0; c < 3; ++c) {
        int32_t sum = ResampleWeights::kHalf;
        const uint8_t* const samples = start + weights.first(i) * step + c;
        const int32_t* const weight = weights.weights(i);
        for (int t = 0; t < weights.count(i); ++t) sum += samples[t * step] * weight[t];
        made.pixels.push_back(ResampleWeights::to_byte(sum));
      }
    }
  }
  return made;
}

// Both passes, in Pillow's order (docs/numerics.md).
inline RgbImage resize_plainly(RgbImage image, int width, int height) {
  const bool vertical_first =
      image.height > height && image.height - height > 2 * (image.width - width);
  for (const bool along_x : {!vertical_first, vertical_first}) {
    const int to = along_x ? width : height;
    if (to != (along_x ? image.width : image.height)) {
      image = resample_plainly(image, to, along_x);
    }
  }
  return image;
}

}  // namespace verger
