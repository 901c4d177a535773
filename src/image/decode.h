// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "image/bytes.h"
#include "image/rows.h"
#include "verger/image.h"

namespace verger {

// Decodes a JPEG or PNG row by row. After a rejection `sink` has some of the rows, or none.
std::optional<Rejection> decode_rows(Bytes bytes, const ImageOptions& options, ImageRowSink& sink);

// decode_image() into an image whose memory is reused.
std::optional<Rejection> decode_into(Bytes bytes, const ImageOptions& options, RgbImage& image);

}  // namespace verger
