// SPDX-License-Identifier: Apache-2.0
// Shorthand for the rejections that decoding ends in. Each message is one sentence.
#pragma once

#include <string>
#include <utility>

#include "verger/image.h"

namespace verger {

inline Rejection truncated(std::string message) {
  return {RejectReason::kTruncated, std::move(message)};
}
inline Rejection corrupt(std::string message) {
  return {RejectReason::kCorrupt, std::move(message)};
}
inline Rejection unsupported(std::string message) {
  return {RejectReason::kUnsupportedFormat, std::move(message)};
}

// Nothing if an image of this size may be decoded. Called before anything of that size is
// allocated.
std::optional<Rejection> check_size(int64_t width, int64_t height, const ImageOptions& options);

}  // namespace verger
