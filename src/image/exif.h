// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "image/bytes.h"
#include "verger/image.h"

namespace verger {

// Where a file may say how it is to be turned.
struct OrientationSources {
  std::vector<uint8_t> exif;  // with or without its "Exif\0\0"
  std::string xmp;            // asked when EXIF names no orientation
};

// The EXIF orientation, 1 (upright) to 8. Missing, damaged or out of range: 1.
int find_orientation(const OrientationSources& sources);

// What an orientation does: swap the axes (after which the width was a height), then count columns
// or rows of the image as it is in the file from the other end.
struct Turn {
  bool swaps_axes;
  bool flips_x;
  bool flips_y;
};
Turn turn_of(int orientation);

// Turns the image upright, as Pillow's ImageOps.exif_transpose does.
void turn_upright(int orientation, RgbImage& image);

}  // namespace verger
