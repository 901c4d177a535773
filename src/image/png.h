// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "image/bytes.h"
#include "image/rows.h"

namespace verger {

// Decodes a PNG (the first frame, if it is animated). Alpha is dropped, 16-bit colour keeps its
// high byte and 16-bit grey is capped at 255, as Pillow's convert("RGB") does. The size is checked
// before the sink starts. Takes memory for a few rows; an interlaced image is kept whole.
std::optional<Rejection> decode_png(Bytes bytes, const ImageOptions& options, ImageRowSink& sink);

}  // namespace verger
