// SPDX-License-Identifier: Apache-2.0
#include "image/png_rows.h"

#include <cassert>
#include <cstdlib>
#include <cstring>

namespace verger {

namespace {

// The predictions of filters 1, 3 and 4 from the bytes to the left, above, and above that.
int predict_sub(int left, int, int) { return left; }

int predict_average(int left, int up, int) { return (left + up) / 2; }

int predict_paeth(int left, int up, int up_left) {
  const int to_left = std::abs(up - up_left);
  const int to_up = std::abs(left - up_left);
  const int to_up_left = std::abs(left + up - 2 * up_left);
  const int above = to_up <= to_up_left ? up : up_left;
  return to_left <= to_up && to_left <= to_up_left ? left : above;
}

// What is left of the first pixel, and above that, is 0. The neighbours stay in registers, and the
// bytes of a pixel are independent of each other.
template <std::size_t kPixelSize, int (*predict)(int, int, int)>
void undo_prediction(const uint8_t* previous, std::size_t size, uint8_t* row) {
  int left[kPixelSize] = {};
  int up_left[kPixelSize] = {};
  const auto undo = [&](std::size_t i, std::size_t c) {
    const int up = previous[i + c];
    row[i + c] = static_cast<uint8_t>(row[i + c] + predict(left[c], up, up_left[c]));
    left[c] = row[i + c];
    up_left[c] = up;
  };
  std::size_t i = 0;
  for (; i + kPixelSize <= size; i += kPixelSize) {
#pragma GCC unroll 8
    for (std::size_t c = 0; c < kPixelSize; ++c) undo(i, c);
  }
  for (std::size_t c = 0; i + c < size; ++c) undo(i, c);
}

template <std::size_t kPixelSize>
bool undo_filter_of(uint8_t type, const uint8_t* previous, std::size_t size, uint8_t* row) {
  switch (type) {
    case 0:
      return true;
    case 1:
      undo_prediction<kPixelSize, predict_sub>(previous, size, row);
      return true;
    case 2:
      for (std::size_t i = 0; i < size; ++i) row[i] = static_cast<uint8_t>(row[i] + previous[i]);
      return true;
    case 3:
      undo_prediction<kPixelSize, predict_average>(previous, size, row);
      return true;
    case 4:
      undo_prediction<kPixelSize, predict_paeth>(previous, size, row);
      return true;
    default:
      return false;
  }
}

// Grey or palette pixels of fewer than 8 bits: `colour` turns a sample into RGB.
template <int kBits, class Colour>
void unpack_bits(const uint8_t* row, std::size_t pixels, uint8_t* rgb, Colour colour) {
  constexpr std::size_t kPerByte = 8 / kBits;
  constexpr int kMask = (1 << kBits) - 1;
  for (std::size_t i = 0; i < pixels; ++i, rgb += 3) {
    const std::size_t shift = 8 - kBits * (i % kPerByte + 1);
    colour(row[i / kPerByte] >> shift & kMask, rgb);
  }
}

template <int kBits>
void unpack_grey_bits(const uint8_t* row, std::size_t pixels, uint8_t* rgb) {
  constexpr int kScale = 255 / ((1 << kBits) - 1);
  unpack_bits<kBits>(row, pixels, rgb,
                     [](int sample, uint8_t* out) { std::memset(out, sample * kScale, 3); });
}

template <int kBits>
void unpack_palette(const PngPalette& palette, const uint8_t* row, std::size_t pixels,
                    uint8_t* rgb) {
  unpack_bits<kBits>(row, pixels, rgb, [&](int index, uint8_t* out) {
    std::memcpy(out, &palette[3 * static_cast<std::size_t>(index)], 3);
  });
}

// Grey in the first byte of every kPixelSize.
template <int kPixelSize>
void unpack_grey(const uint8_t* row, std::size_t pixels, uint8_t* rgb) {
  for (std::size_t i = 0; i < pixels; ++i) std::memset(rgb + 3 * i, row[kPixelSize * i], 3);
}

void unpack_grey16(const uint8_t* row, std::size_t pixels, uint8_t* rgb) {
  for (std::size_t i = 0; i < pixels; ++i, row += 2) {
    std::memset(rgb + 3 * i, row[0] == 0 ? row[1] : 255, 3);
  }
}

// Red, green and blue each in the first of kSampleSize bytes.
template <int kPixelSize, int kSampleSize>
void unpack_colour(const uint8_t* row, std::size_t pixels, uint8_t* rgb) {
  for (std::size_t i = 0; i < pixels; ++i, row += kPixelSize, rgb += 3) {
    for (int c = 0; c < 3; ++c) rgb[c] = row[kSampleSize * c];
  }
}

}  // namespace

bool undo_filter(uint8_t type, const uint8_t* previous, std::size_t size, std::size_t pixel_size,
                 uint8_t* row) {
  switch (pixel_size) {
    case 1:
      return undo_filter_of<1>(type, previous, size, row);
    case 2:
      return undo_filter_of<2>(type, previous, size, row);
    case 3:
      return undo_filter_of<3>(type, previous, size, row);
    case 4:
      return undo_filter_of<4>(type, previous, size, row);
    case 6:
      return undo_filter_of<6>(type, previous, size, row);
    default:
      assert(pixel_size == 8);
      return undo_filter_of<8>(type, previous, size, row);
  }
}

void unpack_rgb(PngLayout layout, const PngPalette& palette, const uint8_t* row, std::size_t pixels,
                uint8_t* rgb) {
  switch (layout) {
    case PngLayout::kNone:
      return;
    case PngLayout::kGrey1:
      return unpack_grey_bits<1>(row, pixels, rgb);
    case PngLayout::kGrey2:
      return unpack_grey_bits<2>(row, pixels, rgb);
    case PngLayout::kGrey4:
      return unpack_grey_bits<4>(row, pixels, rgb);
    case PngLayout::kGrey8:
      return unpack_grey<1>(row, pixels, rgb);
    case PngLayout::kGrey16:
      return unpack_grey16(row, pixels, rgb);
    case PngLayout::kRgb8:
      std::memcpy(rgb, row, 3 * pixels);
      return;
    case PngLayout::kRgb16:
      return unpack_colour<6, 2>(row, pixels, rgb);
    case PngLayout::kPalette1:
      return unpack_palette<1>(palette, row, pixels, rgb);
    case PngLayout::kPalette2:
      return unpack_palette<2>(palette, row, pixels, rgb);
    case PngLayout::kPalette4:
      return unpack_palette<4>(palette, row, pixels, rgb);
    case PngLayout::kPalette8:
      return unpack_palette<8>(palette, row, pixels, rgb);
    case PngLayout::kGreyAlpha8:
      return unpack_grey<2>(row, pixels, rgb);
    case PngLayout::kGreyAlpha16:
      return unpack_grey<4>(row, pixels, rgb);
    case PngLayout::kRgba8:
      return unpack_colour<4, 1>(row, pixels, rgb);
    case PngLayout::kRgba16:
      return unpack_colour<8, 2>(row, pixels, rgb);
  }
}

}  // namespace verger
