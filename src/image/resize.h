// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "image/resample_weights.h"

namespace verger {

struct ImageSize {
  int width = 0;
  int height = 0;
};

// Resizes RGB images and keeps the weights and buffers for the next one. One a thread.
class Resizer {
 public:
  // `pixels` and `to_pixels` are interleaved RGB without padding; they must not overlap.
  void resize(const uint8_t* pixels, ImageSize from, uint8_t* to_pixels, ImageSize to);

 private:
  void resize_rows(const uint8_t* pixels, ImageSize from, uint8_t* to_pixels, int width);

  ResampleWeights horizontal_;
  ResampleWeights vertical_;
  std::vector<uint8_t> between_;  // what the first pass leaves
  std::vector<uint8_t> padded_;   // a row near the end of the image
};

}  // namespace verger
