// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "image/bytes.h"
#include "image/exif.h"
#include "verger/image.h"

namespace verger {

struct JpegHeader {
  int width = 0;
  int height = 0;
  int components = 0;        // 1, 3 or 4
  uint8_t frame_marker = 0;  // the second byte of its SOFn marker
  bool has_scans = false;    // several, so that libjpeg keeps the coefficients of the whole image
  std::size_t coefficients = 0;
  OrientationSources orientation;
};

// Walks the marker segments up to the first scan (ITU-T T.81, annex B). A file passes exactly when
// Pillow's JPEG plugin opens it: what that plugin refuses is refused here with the same ground.
Result<JpegHeader, Rejection> read_jpeg_header(Bytes bytes);

}  // namespace verger
