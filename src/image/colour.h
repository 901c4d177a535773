// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace verger {

// Converts a row of CMYK as it stands in a JPEG (Adobe's inverted inks: 255 is no ink) to RGB,
// with Pillow's rounding: 255 − k − round((255 − k) · c / 255).
void inverted_cmyk_to_rgb(const uint8_t* cmyk, std::size_t pixels, uint8_t* rgb);

}  // namespace verger
