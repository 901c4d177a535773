// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.h"

namespace verger {

namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char byte) { return static_cast<unsigned char>(byte) < 128; });
}

std::string escape(unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (byte == '\n') return "\\n";
  if (byte == '\r') return "\\r";
  if (byte == '\t') return "\\t";
  return std::string("\\x") + kDigits[byte >> 4] + kDigits[byte & 15];
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  return nlohmann::json::parse(json_text(nlohmann::json(text))).get<std::string>();
}

bool is_valid_utf8(std::string_view text) { return is_ascii(text) || valid_utf8(text) == text; }

std::string printable(std::string_view text) {
  const std::string valid = valid_utf8(text);
  std::string shown;
  for (std::size_t at = 0; at < valid.size(); ++at) {
    const auto byte = static_cast<unsigned char>(valid[at]);
    // U+0080 to U+009F, which terminals obey as well, are 0xC2 and one byte more.
    const auto next = static_cast<unsigned char>(at + 1 < valid.size() ? valid[at + 1] : 0);
    if (byte == 0xC2 && next < 0xA0) {
      shown += escape(next);
      ++at;
    } else {
      shown += byte < 0x20 || byte == 0x7F ? escape(byte) : std::string(1, valid[at]);
    }
  }
  return shown;
}

}  // namespace verger
