// SPDX-License-Identifier: Apache-2.0
// Reading of integers and prefixes from untrusted bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"

namespace verger {

inline bool starts_with(Bytes bytes, std::string_view prefix) {
  return bytes.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), bytes.begin(),
                    [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; });
}

// The caller has checked that bytes.size() >= offset + 2 (or 4).
inline uint16_t big_endian_16(Bytes bytes, std::size_t offset) {
  return static_cast<uint16_t>(bytes[offset] << 8 | bytes[offset + 1]);
}
inline uint32_t big_endian_32(Bytes bytes, std::size_t offset) {
  return uint32_t{big_endian_16(bytes, offset)} << 16 | big_endian_16(bytes, offset + 2);
}

}  // namespace verger
