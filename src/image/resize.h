// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "image/passes.h"
#include "image/rows.h"

namespace verger {

// Resizes RGB images row by row, and keeps weights and buffers for the next one. One a thread.
class Resizer : public RowSink {
 public:
  Resizer() = default;
  Resizer(const Resizer&) = delete;
  Resizer& operator=(const Resizer&) = delete;

  // Begins an image of `from.height` rows, to be pushed. When the last one is, `pixels` hold the
  // result, without padding.
  //
  // With an orientation (exif.h) beyond 1 the image is resized as if it had been turned upright
  // before, which decides the order of the passes and the last bit of the weights. `to` is the size
  // after turning. The result lies as the rows do, and turn_upright() of it is what is asked for.
  void start(ImageSize from, int orientation, ImageSize to, uint8_t* pixels);

  uint8_t* next_row() override { return first_->next_row(); }
  void push_row() override { first_->push_row(); }

 private:
  // Writes rows one after the other.
  class Output : public RowSink {
   public:
    void start(uint8_t* pixels, std::size_t size) {
      next_ = pixels;
      size_ = size;
    }
    uint8_t* next_row() override { return next_; }
    void push_row() override { next_ += size_; }

   private:
    uint8_t* next_ = nullptr;
    std::size_t size_ = 0;
  };

  HorizontalPass horizontal_;
  VerticalPass vertical_;
  Output output_;
  RowSink* first_ = nullptr;
};

}  // namespace verger
