// SPDX-License-Identifier: Apache-2.0
#include "image/png.h"

#include <zlib.h>

#include <cstring>
#include <new>

#include "image/exif.h"
#include "image/png_rows.h"
#include "image/png_stream.h"
#include "image/rejections.h"

namespace verger {

namespace {

// One of the grids that an interlaced image is sent in (Adam7; W3C PNG, section 8).
struct Pass {
  int first_column, first_row, column_step, row_step;

  int columns(int width) const { return (width - first_column + column_step - 1) / column_step; }
};
constexpr std::array<Pass, 7> kAdam7 = {{{0, 0, 8, 8},
                                         {4, 0, 8, 8},
                                         {0, 4, 4, 8},
                                         {2, 0, 4, 4},
                                         {0, 2, 2, 4},
                                         {1, 0, 2, 2},
                                         {0, 1, 1, 2}}};
constexpr Pass kWhole = {0, 0, 1, 1};

class Inflater {
 public:
  Inflater() {
    if (inflateInit(&stream_) != Z_OK) throw std::bad_alloc();  // nothing else is the matter here
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
};

// Turns the compressed data of one rectangle into pixels, row by row.
class RowDecoder {
 public:
  enum class Status { kMore, kDone, kBadData, kBadFilter };

  RowDecoder(const PngHeader& header, RgbImage& image)
      : header_(header),
        image_(image),
        width_(static_cast<int>(header.data.width)),
        height_(static_cast<int>(header.data.height)),
        bits_(static_cast<std::size_t>(bits_per_pixel(header.layout))),
        palette_(header.palette.value_or(PngPalette{})),
        row_(1 + row_size(width_)),
        previous_(row_.size()),
        rgb_(header.is_interlaced ? 3 * static_cast<std::size_t>(width_) : 0) {
    paint_background();
  }

  // Takes a block of zlib data.
  Status decode(Bytes block) {
    z_stream& stream = inflater_.stream();
    stream.next_in = const_cast<Bytef*>(block.data());
    stream.avail_in = static_cast<uInt>(block.size());
    while (stream.avail_in > 0) {
      const std::size_t size = 1 + row_size(pass().columns(width_));
      stream.next_out = row_.data() + filled_;
      stream.avail_out = static_cast<uInt>(size - filled_);
      const int status = inflate(&stream, Z_NO_FLUSH);
      if (status == Z_MEM_ERROR) throw std::bad_alloc();
      if (status < 0) return Status::kBadData;
      filled_ = size - stream.avail_out;
      if (filled_ < size) return Status::kMore;
      filled_ = 0;
      const auto pixel_size = (bits_ + 7) / 8;
      if (!undo_filter(row_[0], &previous_[1], size - 1, pixel_size, &row_[1])) {
        return Status::kBadFilter;
      }
      store_row();
      // The stream may say that it is complete before the image is: what is missing stays black.
      if (!next_row() || status == Z_STREAM_END) return Status::kDone;
    }
    return Status::kMore;
  }

 private:
  const Pass& pass() const { return header_.is_interlaced ? kAdam7[pass_] : kWhole; }

  std::size_t row_size(int columns) const {
    return (static_cast<std::size_t>(columns) * bits_ + 7) / 8;
  }

  // What the data do not cover is sample 0: black, or the palette's first colour.
  void paint_background() {
    std::fill(image_.pixels.begin(), image_.pixels.end(), uint8_t{0});
    if (!is_palette(header_.layout) || (palette_[0] | palette_[1] | palette_[2]) == 0) return;
    for (std::size_t i = 0; i < image_.pixels.size(); ++i) image_.pixels[i] = palette_[i % 3];
  }

  void store_row() {
    const auto stride = static_cast<std::size_t>(image_.width);
    const auto y = static_cast<std::size_t>(y_);
    if (!header_.is_interlaced) {
      const std::size_t at = (y + header_.data.y) * stride + header_.data.x;
      unpack_rgb(header_.layout, palette_, &row_[1], static_cast<std::size_t>(width_),
                 &image_.pixels[3 * at]);
      return;
    }
    // Pillow puts an interlaced frame of an animation at the upper left, wherever it belongs.
    const auto columns = static_cast<std::size_t>(pass().columns(width_));
    unpack_rgb(header_.layout, palette_, &row_[1], columns, rgb_.data());
    uint8_t* to = &image_.pixels[3 * (y * stride + static_cast<std::size_t>(pass().first_column))];
    for (std::size_t i = 0; i < columns; ++i) {
      std::memcpy(to + 3 * i * static_cast<std::size_t>(pass().column_step), &rgb_[3 * i], 3);
    }
  }

  // False after the last row.
  bool next_row() {
    y_ += pass().row_step;
    std::swap(row_, previous_);
    if (!header_.is_interlaced) return y_ < height_;
    while (y_ >= height_ || pass().columns(width_) <= 0) {
      if (++pass_ == kAdam7.size()) return false;
      y_ = pass().first_row;
      std::fill(previous_.begin(), previous_.end(), uint8_t{0});
    }
    return true;
  }

  const PngHeader& header_;
  RgbImage& image_;
  const int width_;
  const int height_;
  const std::size_t bits_;
  const PngPalette palette_;
  std::vector<uint8_t> row_;  // the filter's type, then the samples
  std::vector<uint8_t> previous_;
  std::vector<uint8_t> rgb_;
  Inflater inflater_;
  std::size_t filled_ = 0;  // bytes of row_
  std::size_t pass_ = 0;
  int y_ = 0;
};

std::optional<Rejection> decode_rows(PngStream& stream, RgbImage& image) {
  RowDecoder decoder(stream.header(), image);
  while (true) {
    const auto block = stream.read_data();
    if (!block.ok()) return block.error();
    if (block->empty()) return truncated("The PNG's data end before its last row.");
    switch (decoder.decode(*block)) {
      case RowDecoder::Status::kMore:
        break;
      case RowDecoder::Status::kDone:
        return std::nullopt;
      case RowDecoder::Status::kBadData:
        return corrupt("The PNG's compressed data are damaged.");
      case RowDecoder::Status::kBadFilter:
        return corrupt("The PNG has a row of an unknown filter type.");
    }
  }
}

}  // namespace

std::optional<Rejection> decode_png(Bytes bytes, const ImageOptions& options, RgbImage& image) {
  PngStream stream(bytes);
  if (auto rejection = stream.read_header()) return rejection;
  const PngHeader& header = stream.header();
  if (auto rejection = check_size(header.width, header.height, options)) return rejection;
  image.width = static_cast<int>(header.width);
  image.height = static_cast<int>(header.height);
  image.pixels.resize(3 * static_cast<std::size_t>(image.width) *
                      static_cast<std::size_t>(image.height));
  if (auto rejection = decode_rows(stream, image)) return rejection;
  if (auto rejection = stream.read_trailer()) return rejection;
  if (options.exif_orientation) turn_upright(find_orientation(header.orientation), image);
  return std::nullopt;
}

}  // namespace verger
