// SPDX-License-Identifier: Apache-2.0
// The metadata of a PNG that a decoder has to look into: texts and colour profiles.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "image/bytes.h"

namespace verger {

// A text chunk taken apart. An unreadable one has an empty keyword.
struct PngText {
  std::string_view keyword;
  std::string text;                // decompressed
  bool is_unknown_method = false;  // compressed by a method that PNG does not define
  bool is_too_large = false;       // expands to more than kMaxPngText
};

// Pillow's limits, in bytes: what one chunk and what all chunks together may expand to.
inline constexpr std::size_t kMaxPngText = std::size_t{1} << 20;
inline constexpr std::size_t kMaxPngTextMemory = 64 * kMaxPngText;

PngText read_text(Bytes chunk);                // tEXt
PngText read_compressed_text(Bytes chunk);     // zTXt
PngText read_international_text(Bytes chunk);  // iTXt

enum class ProfileStatus { kOk, kDamaged, kTooLarge };
ProfileStatus check_profile(Bytes chunk);  // iCCP

// The EXIF data in ImageMagick's text "Raw profile type exif": three lines, then hex digits. Empty
// if it is something else.
std::vector<uint8_t> decode_raw_profile(std::string_view text);

}  // namespace verger
