// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "image/bytes.h"
#include "verger/image.h"

namespace verger {

// Decodes a JPEG into `image`, whose memory is reused. Bits as libjpeg-turbo's slow integer DCT and
// fancy upsampling give them; with `fast_decode` a large one comes smaller. Nothing is allocated
// before the size is checked.
std::optional<Rejection> decode_jpeg(Bytes bytes, const ImageOptions& options, RgbImage& image);

}  // namespace verger
