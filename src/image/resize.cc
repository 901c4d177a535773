// SPDX-License-Identifier: Apache-2.0
#include "image/resize.h"

#include <cassert>
#include <cstring>
#include <utility>

#include "image/exif.h"
#include "verger/image.h"

namespace verger {

namespace {

std::size_t row_size(int width) { return 3 * static_cast<std::size_t>(width); }

// Pillow 13 runs the vertical pass first when that leaves much less to the other pass. Since the
// pixels between the passes are bytes, the order shows in the result.
bool is_vertical_first(ImageSize from, ImageSize to) {
  const int64_t fewer_rows = int64_t{from.height} - to.height;
  const int64_t fewer_columns = int64_t{from.width} - to.width;
  return fewer_rows > 0 && fewer_rows > 2 * fewer_columns;
}

ImageSize swapped(ImageSize size) { return {size.height, size.width}; }

}  // namespace

void Resizer::start(ImageSize from, int orientation, ImageSize to, uint8_t* pixels) {
  assert(from.width > 0 && from.height > 0 && to.width > 0 && to.height > 0);
  const Turn turn = turn_of(orientation);
  // What is vertical after a turn by 90 degrees is horizontal here.
  const bool vertical_first =
      turn.swaps_axes ? !is_vertical_first(swapped(from), to) : is_vertical_first(from, to);
  if (turn.swaps_axes) to = swapped(to);
  const bool is_wide = from.width != to.width;
  const bool is_tall = from.height != to.height;
  const Axis width = {from.width, to.width, turn.flips_x};
  const Axis height = {from.height, to.height, turn.flips_y};
  output_.start(pixels, row_size(to.width));
  first_ = &output_;
  if (is_wide && is_tall && vertical_first) {
    horizontal_.start(width, to.height, output_);
    vertical_.start(height, row_size(from.width), horizontal_);
    first_ = &vertical_;
    return;
  }
  if (is_tall) {
    vertical_.start(height, row_size(to.width), output_);
    first_ = &vertical_;
  }
  if (is_wide) {
    horizontal_.start(width, from.height, *first_);
    first_ = &horizontal_;
  }
}

RgbImage resize_bicubic(const RgbImage& image, int width, int height) {
  RgbImage resized{width, height, {}};
  resized.pixels.resize(row_size(width) * static_cast<std::size_t>(height));
  Resizer resizer;
  resizer.start({image.width, image.height}, 1, {width, height}, resized.pixels.data());
  const std::size_t size = row_size(image.width);
  for (std::size_t at = 0; at < image.pixels.size(); at += size) {
    std::memcpy(resizer.next_row(), &image.pixels[at], size);
    resizer.push_row();
  }
  return resized;
}

}  // namespace verger
