// SPDX-License-Identifier: Apache-2.0
#include "image/png.h"

#include <zlib.h>

#include <cstring>
#include <new>

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

// Turns the compressed data of one rectangle into the rows of the image.
class RowDecoder {
 public:
  enum class Status { kMore, kDone, kBadData, kBadFilter };

  RowDecoder(const PngHeader& header, RowSink& sink)
      : header_(header),
        sink_(sink),
        image_width_(header.width),
        width_(static_cast<int>(header.data.width)),
        height_(static_cast<int>(header.data.height)),
        bits_(static_cast<std::size_t>(bits_per_pixel(header.layout))),
        palette_(header.palette.value_or(PngPalette{})),
        row_(1 + row_size(width_)),
        previous_(row_.size()) {
    if (header.is_interlaced) {
      rgb_.resize(3 * static_cast<std::size_t>(width_));
      interlaced_.resize(3 * image_width_ * header.height);
      paint(interlaced_.data(), image_width_ * header.height);
    } else {
      push_background(header.data.y);
    }
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
      if (!next_row() || status == Z_STREAM_END) {
        finish();
        return Status::kDone;
      }
    }
    return Status::kMore;
  }

 private:
  const Pass& pass() const { return header_.is_interlaced ? kAdam7[pass_] : kWhole; }

  std::size_t row_size(int columns) const {
    return (static_cast<std::size_t>(columns) * bits_ + 7) / 8;
  }

  // What the data do not cover is sample 0: black, or the palette's first colour.
  void paint(uint8_t* rgb, std::size_t pixels) const {
    for (std::size_t i = 0; i < pixels; ++i) std::memcpy(rgb + 3 * i, palette_.data(), 3);
  }

  void push_background(std::size_t rows) {
    for (std::size_t i = 0; i < rows; ++i, ++pushed_) {
      paint(sink_.next_row(), image_width_);
      sink_.push_row();
    }
  }

  void store_row() {
    if (header_.is_interlaced) return spread_row();
    uint8_t* const row = sink_.next_row();
    if (header_.data.width < header_.width) paint(row, image_width_);
    unpack_rgb(header_.layout, palette_, &row_[1], static_cast<std::size_t>(width_),
               row + 3 * std::size_t{header_.data.x});
    sink_.push_row();
    ++pushed_;
  }

  // Pillow puts an interlaced frame of an animation at the upper left, wherever it belongs.
  void spread_row() {
    const auto columns = static_cast<std::size_t>(pass().columns(width_));
    unpack_rgb(header_.layout, palette_, &row_[1], columns, rgb_.data());
    const std::size_t first =
        static_cast<std::size_t>(y_) * image_width_ + static_cast<std::size_t>(pass().first_column);
    uint8_t* const to = &interlaced_[3 * first];
    for (std::size_t i = 0; i < columns; ++i) {
      std::memcpy(to + 3 * i * static_cast<std::size_t>(pass().column_step), &rgb_[3 * i], 3);
    }
  }

  void finish() {
    const std::size_t size = 3 * image_width_;
    for (std::size_t at = 0; at < interlaced_.size(); at += size, ++pushed_) {
      std::memcpy(sink_.next_row(), &interlaced_[at], size);
      sink_.push_row();
    }
    push_background(header_.height - pushed_);
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
  RowSink& sink_;
  const std::size_t image_width_;
  const int width_;
  const int height_;
  const std::size_t bits_;
  const PngPalette palette_;
  std::vector<uint8_t> row_;  // the filter's type, then the samples
  std::vector<uint8_t> previous_;
  std::vector<uint8_t> rgb_;         // a row of an interlaced image
  std::vector<uint8_t> interlaced_;  // all of it
  Inflater inflater_;
  std::size_t filled_ = 0;  // bytes of row_
  std::size_t pass_ = 0;
  int y_ = 0;
  std::size_t pushed_ = 0;
};

std::optional<Rejection> decode_data(PngStream& stream, RowSink& sink) {
  RowDecoder decoder(stream.header(), sink);
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

// From where the header ends to the end of the file.
std::optional<Rejection> decode_rest(PngStream& stream, int orientation, ImageRowSink& sink) {
  const auto width = static_cast<int>(stream.header().width);
  const auto height = static_cast<int>(stream.header().height);
  if (auto rejection = sink.start({width, height}, orientation)) return rejection;
  if (auto rejection = decode_data(stream, sink)) return rejection;
  return stream.read_trailer();
}

}  // namespace

std::optional<Rejection> decode_png(Bytes bytes, const ImageOptions& options, ImageRowSink& sink) {
  PngStream stream(bytes);
  if (auto rejection = stream.read_header()) return rejection;
  const PngHeader& header = stream.header();
  if (auto rejection = check_size(header.width, header.height, options)) return rejection;
  const int orientation = options.exif_orientation ? stream.orientation() : 1;
  if (auto rejection = decode_rest(stream, orientation, sink)) return rejection;
  if (!options.exif_orientation || stream.orientation() == orientation) return std::nullopt;
  // It stands behind the data, against the custom, and the rows have gone by.
  PngStream again(bytes);
  if (auto rejection = again.read_header()) return rejection;
  return decode_rest(again, stream.orientation(), sink);
}

}  // namespace verger
