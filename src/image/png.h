// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "image/bytes.h"
#include "verger/image.h"

namespace verger {

// Decodes a PNG (the first frame, if it is animated) into `image`, whose memory is reused. Alpha is
// dropped, 16-bit colour keeps its high byte and 16-bit grey is capped at 255, as Pillow's
// convert("RGB") does. Nothing is allocated before the size is checked.
std::optional<Rejection> decode_png(Bytes bytes, const ImageOptions& options, RgbImage& image);

}  // namespace verger
