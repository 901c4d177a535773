// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "image/exif.h"
#include "image/rows.h"

namespace verger {

// Keeps all rows, in an image whose memory is reused.
class WholeImage : public ImageRowSink {
 public:
  explicit WholeImage(RgbImage& image) : image_(image) {}

  std::optional<Rejection> start(ImageSize size, int orientation) override {
    const auto pixels =
        static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
    image_.width = size.width;
    image_.height = size.height;
    image_.pixels.resize(3 * pixels);
    orientation_ = orientation;
    next_ = image_.pixels.data();
    return std::nullopt;
  }
  uint8_t* next_row() override { return next_; }
  void push_row() override { next_ += 3 * static_cast<std::size_t>(image_.width); }

  // Once all rows are there.
  void turn_upright() { verger::turn_upright(orientation_, image_); }

 private:
  RgbImage& image_;
  int orientation_ = 1;
  uint8_t* next_ = nullptr;
};

}  // namespace verger
