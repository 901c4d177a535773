// SPDX-License-Identifier: Apache-2.0
#include "image/png_stream.h"

#include <zlib.h>

#include <algorithm>

#include "image/rejections.h"

namespace verger {

namespace {

constexpr std::size_t kMostRead = 65536;  // the most that read_data() gives at once, as in Pillow

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

Rejection cut_off(std::string_view chunk) {
  return truncated("The PNG ends within its " + std::string(chunk) + " chunk.");
}

std::optional<Rejection> PngStream::read_header() {
  position_ = 8;  // the signature
  while (true) {
    Chunk chunk;
    switch (read_chunk_header(chunk)) {
      case ChunkStatus::kOk:
        break;
      case ChunkStatus::kEnd:
        return truncated("The PNG ends before its image data.");
      case ChunkStatus::kBadName:
        return corrupt("The PNG has a chunk whose name is not text.");
    }
    Bytes body;
    const Outcome outcome = handle(chunk, body);
    if (!outcome.ok()) return outcome.error();
    if (*outcome == Effect::kData) {
      if (chunk.name == "IEND") return truncated("The PNG has no image data.");
      data_left_ = chunk.length - (chunk.name == "fdAT" ? 4 : 0);
      return finish_header();
    }
    if (*outcome == Effect::kUnknown && !read_exactly(chunk.length, body)) {
      return cut_off(chunk.name);
    }
    if (auto rejection = check_sum(chunk, body)) return rejection;
  }
}

std::optional<Rejection> PngStream::finish_header() {
  if (header_.width == 0 || header_.height == 0) return std::nullopt;  // the caller rejects it
  header_.data = frame_.value_or(PngRectangle{0, 0, header_.width, header_.height});
  if (header_.data.width == 0 || header_.data.height == 0) {
    return corrupt("The PNG's first frame is of size 0.");
  }
  if (header_.palette && !is_palette(header_.layout)) {
    return corrupt("The PNG has two contradicting headers.");
  }
  if (palette_entries_ > kMostEntries) {
    return corrupt("The PNG's palette has more than 256 entries.");
  }
  has_palette_ = header_.palette.has_value();
  is_animated_ = frames_.value_or(1) + (frames_ && has_default_image_ ? 1 : 0) > 1;
  return std::nullopt;
}

Result<Bytes, Rejection> PngStream::read_data() {
  while (data_left_ == 0) {
    skip(4);  // checksum
    Chunk chunk;
    switch (read_chunk_header(chunk)) {
      case ChunkStatus::kOk:
        break;
      case ChunkStatus::kEnd:
        return Bytes();
      case ChunkStatus::kBadName:
        return corrupt("The PNG has a chunk within its data whose name is not text.");
    }
    if (chunk.name == "fdAT") {
      const Outcome outcome = handle_frame_data(chunk);
      if (!outcome.ok()) return outcome.error();
      data_left_ = chunk.length - 4;
    } else if (chunk.name == "IDAT" || chunk.name == "DDAT") {
      data_left_ = chunk.length;
    } else {
      return Bytes();
    }
  }
  const std::size_t size = std::min(kMostRead, data_left_);
  data_left_ -= size;
  const Bytes rest = bytes_.subspan(position_);
  skip(size);
  return rest.first(std::min(size, rest.size()));
}

std::optional<Rejection> PngStream::read_trailer() {
  skip(data_left_);
  while (true) {
    skip(4);  // checksum
    Chunk chunk;
    if (read_chunk_header(chunk) != ChunkStatus::kOk || chunk.name == "IEND") break;
    if (chunk.name == "fcTL" && is_animated_) break;  // the next frame
    Bytes body;
    const Outcome outcome = handle(chunk, body);
    if (!outcome.ok()) return outcome.error();
    if (*outcome == Effect::kHandled) continue;
    const bool is_numbered = *outcome == Effect::kData && chunk.name == "fdAT";
    if (!read_exactly(chunk.length - (is_numbered ? 4 : 0), body)) return cut_off(chunk.name);
  }
  if (is_palette(header_.layout) && !has_palette_ && has_single_transparent_entry_) {
    return corrupt("The PNG has a transparent palette entry but no palette.");
  }
  return std::nullopt;
}

int PngStream::orientation() const {
  if (has_exif_chunk_) return find_orientation(orientation_);
  return find_orientation({.exif = decode_raw_profile(raw_profile_), .xmp = orientation_.xmp});
}

PngStream::ChunkStatus PngStream::read_chunk_header(Chunk& chunk) {
  const Bytes rest = bytes_.subspan(position_);
  if (rest.size() < 8) {
    skip(8);
    return ChunkStatus::kEnd;
  }
  chunk.length = big_endian_32(rest, 0);
  chunk.name = {reinterpret_cast<const char*>(rest.data()) + 4, 4};
  position_ += 8;
  const bool is_name = std::all_of(chunk.name.begin(), chunk.name.end(), is_name_character);
  return is_name ? ChunkStatus::kOk : ChunkStatus::kBadName;
}

bool PngStream::read_exactly(std::size_t length, Bytes& body) {
  const Bytes rest = bytes_.subspan(position_);
  skip(length);
  if (rest.size() < length) return false;
  body = rest.first(length);
  return true;
}

void PngStream::skip(std::size_t length) {
  position_ += std::min(length, bytes_.size() - position_);
}

std::optional<Rejection> PngStream::check_sum(const Chunk& chunk, Bytes body) {
  Bytes stored;
  if (!read_exactly(4, stored)) return cut_off(chunk.name);
  uLong sum = crc32(0, reinterpret_cast<const Bytef*>(chunk.name.data()), 4);
  sum = crc32_z(sum, body.data(), body.size());
  if (sum == big_endian_32(stored, 0)) return std::nullopt;
  return corrupt("The PNG's " + std::string(chunk.name) + " chunk has a wrong checksum.");
}

}  // namespace verger
