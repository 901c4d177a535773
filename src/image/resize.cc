// SPDX-License-Identifier: Apache-2.0
#include "image/resize.h"

#include <cassert>
#include <cstring>

#include "image/resample.h"
#include "verger/image.h"

namespace verger {

namespace {

std::size_t row_size(int width) { return 3 * static_cast<std::size_t>(width); }

std::size_t byte_count(ImageSize size) {
  return row_size(size.width) * static_cast<std::size_t>(size.height);
}

// Pillow 13 runs the vertical pass first when that leaves much less to the other pass. Since the
// pixels between the passes are bytes, the order shows in the result.
bool is_vertical_first(ImageSize from, ImageSize to) {
  const int64_t fewer_rows = int64_t{from.height} - to.height;
  const int64_t fewer_columns = int64_t{from.width} - to.width;
  return fewer_rows > 0 && fewer_rows > 2 * fewer_columns;
}

}  // namespace

void Resizer::resize(const uint8_t* pixels, ImageSize from, uint8_t* to_pixels, ImageSize to) {
  assert(from.width > 0 && from.height > 0 && to.width > 0 && to.height > 0);
  const bool is_wide = from.width != to.width;
  const bool is_tall = from.height != to.height;
  if (is_wide && !horizontal_.is_for(from.width, to.width)) horizontal_ = {from.width, to.width};
  if (is_tall && !vertical_.is_for(from.height, to.height)) vertical_ = {from.height, to.height};
  const std::size_t size = row_size(to.width);

  if (!is_wide && !is_tall) {
    std::memcpy(to_pixels, pixels, byte_count(to));
  } else if (!is_tall) {
    resize_rows(pixels, from, to_pixels, to.width);
  } else if (is_wide && is_vertical_first(from, to)) {
    between_.resize(row_size(from.width) + kRowPadding);
    for (int y = 0; y < to.height; ++y, to_pixels += size) {
      resample_column(pixels, vertical_, y, row_size(from.width), between_.data());
      resample_row(between_.data(), horizontal_, to.width, to_pixels);
    }
  } else {
    if (is_wide) {
      between_.resize(byte_count({to.width, from.height}));
      resize_rows(pixels, from, between_.data(), to.width);
      pixels = between_.data();
    }
    for (int y = 0; y < to.height; ++y, to_pixels += size) {
      resample_column(pixels, vertical_, y, size, to_pixels);
    }
  }
}

void Resizer::resize_rows(const uint8_t* pixels, ImageSize from, uint8_t* to_pixels, int width) {
  const std::size_t size = row_size(from.width);
  std::size_t left = byte_count(from);
  for (; left > 0; left -= size, pixels += size, to_pixels += row_size(width)) {
    const uint8_t* row = pixels;
    if (left < size + kRowPadding) {
      padded_.assign(pixels, pixels + size);
      padded_.resize(size + kRowPadding);
      row = padded_.data();
    }
    resample_row(row, horizontal_, width, to_pixels);
  }
}

RgbImage resize_bicubic(const RgbImage& image, int width, int height) {
  const ImageSize size = {width, height};
  RgbImage resized{width, height, std::vector<uint8_t>(byte_count(size))};
  Resizer().resize(image.pixels.data(), {image.width, image.height}, resized.pixels.data(), size);
  return resized;
}

}  // namespace verger
