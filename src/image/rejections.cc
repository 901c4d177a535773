// SPDX-License-Identifier: Apache-2.0
#include "image/rejections.h"

#include <array>
#include <limits>

#include "base/numbers.h"

namespace verger {

namespace {

constexpr std::array<std::string_view, 8> kNames = {
    "unreadable", "empty",   "not-an-image", "unsupported-format",
    "truncated",  "corrupt", "too-large",    "zero-size"};

}  // namespace

std::string_view reject_reason_name(RejectReason reason) {
  return kNames.at(static_cast<std::size_t>(reason));
}

std::optional<RejectReason> parse_reject_reason(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<RejectReason>(i);
  }
  return std::nullopt;
}

std::optional<Rejection> check_size(int64_t width, int64_t height, const ImageOptions& options) {
  const std::string size = format_count(width) + " × " + format_count(height);
  if (width <= 0 || height <= 0) {
    return Rejection{RejectReason::kZeroSize, "The image is of size " + size + "."};
  }
  constexpr int64_t kMaxSide = std::numeric_limits<int>::max() / 8;
  if (width > kMaxSide || height > kMaxSide || width > options.max_pixels / height) {
    return Rejection{RejectReason::kTooLarge, "The image is of size " + size + ", more than the " +
                                                  format_count(options.max_pixels) +
                                                  " pixels that max_pixels allows."};
  }
  return std::nullopt;
}

}  // namespace verger
