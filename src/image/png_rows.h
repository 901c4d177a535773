// SPDX-License-Identifier: Apache-2.0
// The rows of a PNG: undoing the filters and turning samples into RGB.
#pragma once

#include <array>
#include <cstdint>

#include "image/png_stream.h"

namespace verger {

// Undoes filter `type` (W3C PNG, section 9) in place: `row` and `previous` hold `size` bytes, and
// `pixel_size` is the distance to the pixel on the left: 1, 2, 3, 4, 6 or 8. False: no such filter.
bool undo_filter(uint8_t type, const uint8_t* previous, std::size_t size, std::size_t pixel_size,
                 uint8_t* row);

using PngPalette = std::array<uint8_t, 768>;

// Turns `pixels` packed pixels into RGB.
void unpack_rgb(PngLayout layout, const PngPalette& palette, const uint8_t* row, std::size_t pixels,
                uint8_t* rgb);

}  // namespace verger
