// SPDX-License-Identifier: Apache-2.0
// The two passes of a resize, each of which takes rows and gives rows on. They keep their buffers
// for the next image. A pass is for one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/row_buffer.h"
#include "image/row_filter.h"
#include "image/rows.h"

namespace verger {

// Changes the width. Holds a few rows.
class HorizontalPass : public RowSink {
 public:
  // Begins an image of `rows` rows of axis.from pixels. Rows of axis.to go on to `sink`.
  void start(const Axis& axis, int rows, RowSink& sink);

  uint8_t* next_row() override { return from_.row(filled_); }
  void push_row() override;

 private:
  void flush();

  Axis axis_;
  RowFilter filter_;
  RowSink* sink_ = nullptr;
  std::size_t size_ = 0;    // bytes of a row of to_
  std::size_t filled_ = 0;  // rows of from_
  int left_ = 0;            // rows to come
  RowBuffer from_;
  RowBuffer to_;
};

// Changes the height. Holds a block of rows and the sums of those few output rows of which some
// terms were in the blocks before: its memory depends on the width alone.
class VerticalPass : public RowSink {
 public:
  // Begins an image of axis.from rows of `size` bytes. As many as axis.to go on to `sink`.
  void start(const Axis& axis, std::size_t size, RowSink& sink);

  uint8_t* next_row() override { return block_.row(filled_); }
  void push_row() override;

 private:
  void flush();
  int32_t* sums_of(int output) { return &sums_[static_cast<std::size_t>(output) % slots_ * size_]; }

  ResampleWeights weights_;
  RowSink* sink_ = nullptr;
  std::size_t size_ = 0;      // bytes of a row
  std::size_t capacity_ = 0;  // rows of a block
  std::size_t filled_ = 0;    // rows of it that are there
  int first_ = 0;             // its first row's number
  int next_ = 0;              // the first output row that is not complete
  std::size_t slots_ = 0;     // output rows that have sums at a time
  RowBuffer block_;
  std::vector<int32_t> sums_;
};

}  // namespace verger
