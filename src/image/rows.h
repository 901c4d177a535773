// SPDX-License-Identifier: Apache-2.0
// An image as a stream of rows. Rows are interleaved RGB, 3 bytes a pixel.
#pragma once

#include <cstdint>
#include <optional>

#include "verger/image.h"

namespace verger {

struct ImageSize {
  int width = 0;
  int height = 0;
};

// Takes rows one by one, from top to bottom, in memory of its own.
class RowSink {
 public:
  virtual ~RowSink() = default;

  // Where the next row is to be written; the same place until push_row().
  virtual uint8_t* next_row() = 0;

  // The row there is complete.
  virtual void push_row() = 0;
};

// Takes the rows of an image from a decoder.
class ImageRowSink : public RowSink {
 public:
  // Before the first row, and once more if the image begins anew. Rows come as the file holds them;
  // `orientation` (exif.h) says how the image is to be turned upright. A rejection ends the image.
  virtual std::optional<Rejection> start(ImageSize size, int orientation) = 0;
};

}  // namespace verger
