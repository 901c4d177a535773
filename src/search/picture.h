// SPDX-License-Identifier: Apache-2.0
// Are two pictures one and the same photograph, saved again or resized?
//
// The features of MobileNetV2 cannot tell: a copy saved at a low quality lies farther away than the
// next frame of a fruit that turns. The pixels can. Another exposure, however alike, differs in the
// middle frequencies as much as in the fine ones; compression and resizing spare the middle ones.
#pragma once

#include <array>
#include <cstdint>

#include "verger/image.h"

namespace verger {

// The luma (ITU-R BT.601) of a picture shrunk to 16 × 16 by resize_bicubic().
struct Thumbnail {
  static constexpr int kSide = 16;
  std::array<uint8_t, std::size_t{kSide} * kSide> luma{};
  int width = 0;  // the picture's, pixels
  int height = 0;
};
Thumbnail make_thumbnail(const RgbImage& image);

// Root mean square of the differences, in grey levels (0 … 255).
double thumbnail_distance(const Thumbnail& a, const Thumbnail& b);

// Whether a pair is worth a look at its pixels: of the same shape, and at most
// kThumbnailTolerance apart. Measured on copies saved at JPEG qualities from 30 or resized to from
// 40 to 224 % (docs/laboratory.md), 99 of 100 are at most 2.9 apart.
inline constexpr double kThumbnailTolerance = 3;
bool may_be_copies(const Thumbnail& a, const Thumbnail& b);

// How far two pictures are from being copies: (1 − r_middle) / (1 − r_fine)^(2/3), at most 1, where
// r is the correlation of their luma in a band between Gaussian blurs, fine: σ from 0 to 1 pixel,
// middle: from 1 to 2; the exponent parts copies from other exposures best (docs/laboratory.md).
// The larger picture is shrunk to the smaller one's size, and both to at most 256 pixels a side. 0
// for equal pictures. Thread-safe.
double copy_distance(const RgbImage& a, const RgbImage& b);

}  // namespace verger
