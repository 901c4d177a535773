// SPDX-License-Identifier: Apache-2.0
#include "image/png_text.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace verger {

namespace {

std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Splits at the first NUL. Nothing if there is none.
std::optional<std::pair<Bytes, Bytes>> split(Bytes bytes) {
  const std::size_t at = as_text(bytes).find('\0');
  if (at == std::string_view::npos) return std::nullopt;
  return std::pair(bytes.first(at), bytes.subspan(at + 1));
}

enum class Inflation { kOk, kDamaged, kTooLarge };

// Inflates a zlib stream, complete or not, of at most kMaxPngText bytes.
Inflation inflate_text(Bytes compressed, std::string& text) {
  text.clear();
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return Inflation::kDamaged;
  stream.next_in = const_cast<Bytef*>(compressed.data());
  stream.avail_in = static_cast<uInt>(compressed.size());
  int status = Z_OK;
  std::array<char, 16384> piece;
  while (status == Z_OK && text.size() < kMaxPngText) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(std::min(piece.size(), kMaxPngText - text.size()));
    const std::size_t room = stream.avail_out;
    status = inflate(&stream, Z_SYNC_FLUSH);
    text.append(piece.data(), room - stream.avail_out);
  }
  const bool is_over = stream.avail_in > 0;
  inflateEnd(&stream);
  if (status == Z_STREAM_END) return Inflation::kOk;
  if (status != Z_OK && status != Z_BUF_ERROR) return Inflation::kDamaged;
  return is_over ? Inflation::kTooLarge : Inflation::kOk;
}

}  // namespace

PngText read_text(Bytes chunk) {
  const auto parts = split(chunk).value_or(std::pair(chunk, Bytes()));
  return {.keyword = as_text(parts.first), .text = std::string(as_text(parts.second))};
}

PngText read_compressed_text(Bytes chunk) {
  const auto parts = split(chunk).value_or(std::pair(chunk, Bytes()));
  PngText result{.keyword = as_text(parts.first), .text = ""};
  if (parts.second.empty()) return result;
  result.is_unknown_method = parts.second[0] != 0;
  const Inflation inflation = inflate_text(parts.second.subspan(1), result.text);
  result.is_too_large = inflation == Inflation::kTooLarge;
  if (inflation == Inflation::kDamaged) result.text.clear();
  return result;
}

PngText read_international_text(Bytes chunk) {
  PngText result;
  const auto key = split(chunk);
  if (!key || key->second.size() < 2) return result;
  const bool is_compressed = key->second[0] != 0;
  const bool is_known_method = key->second[1] == 0;
  const auto language = split(key->second.subspan(2));
  if (!language) return result;
  const auto translated_key = split(language->second);
  if (!translated_key) return result;
  const Bytes text = translated_key->second;
  if (is_compressed) {
    if (!is_known_method) return result;
    const Inflation inflation = inflate_text(text, result.text);
    result.is_too_large = inflation == Inflation::kTooLarge;
    if (inflation != Inflation::kOk) return result;
  } else {
    result.text = as_text(text);
  }
  result.keyword = as_text(key->first);
  return result;
}

ProfileStatus check_profile(Bytes chunk) {
  // Without a NUL the first byte is taken for the method, as Pillow does.
  const auto parts = split(chunk).value_or(std::pair(Bytes(), chunk));
  if (parts.second.empty() || parts.second[0] != 0) return ProfileStatus::kDamaged;
  std::string profile;
  const Inflation inflation = inflate_text(parts.second.subspan(1), profile);
  return inflation == Inflation::kTooLarge ? ProfileStatus::kTooLarge : ProfileStatus::kOk;
}

std::vector<uint8_t> decode_raw_profile(std::string_view text) {
  for (int line = 0; line < 3; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  std::vector<uint8_t> bytes;
  int high = -1;
  for (const char c : text) {
    constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
    if (c == '\n' || c == ' ') continue;
    const std::size_t at = kDigits.find(c);
    if (at == std::string_view::npos) return {};
    const int digit = static_cast<int>(at < 16 ? at : at - 6);
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<uint8_t>(high << 4 | digit));
      high = -1;
    }
  }
  return bytes;
}

}  // namespace verger
