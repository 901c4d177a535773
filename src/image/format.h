// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "image/bytes.h"
#include "verger/image.h"

namespace verger {

enum class Format { kJpeg, kPng };

// What the bytes are, told by their signature alone. Other image formats are named in the
// rejection.
Result<Format, Rejection> detect_format(Bytes bytes);

// The name of the image format of bytes that are neither JPEG nor PNG, or nothing.
std::optional<std::string_view> other_format_name(Bytes bytes);

}  // namespace verger
