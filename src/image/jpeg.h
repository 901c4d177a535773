// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "image/bytes.h"
#include "image/rows.h"

namespace verger {

// Decodes a JPEG. Bits as libjpeg-turbo's slow integer DCT and fancy upsampling give them; with
// `fast_decode` a large one comes smaller. The size is checked before the sink starts. A JPEG of
// one scan takes memory for a few rows; one of several, its coefficients.
std::optional<Rejection> decode_jpeg(Bytes bytes, const ImageOptions& options, ImageRowSink& sink);

}  // namespace verger
