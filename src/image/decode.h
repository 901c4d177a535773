// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "image/bytes.h"
#include "verger/image.h"

namespace verger {

// decode_image() into an image whose memory is reused.
std::optional<Rejection> decode_into(Bytes bytes, const ImageOptions& options, RgbImage& image);

}  // namespace verger
