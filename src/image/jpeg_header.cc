// SPDX-License-Identifier: Apache-2.0
#include "image/jpeg_header.h"

#include <string>

#include "base/numbers.h"
#include "image/rejections.h"

namespace verger {

namespace {

using namespace std::string_view_literals;
using MaybeRejection = std::optional<Rejection>;

enum Marker : uint8_t {
  kSof0 = 0xC0,
  kProgressive = 0xC2,
  kDht = 0xC4,
  kJpg = 0xC8,
  kProgressiveArithmetic = 0xCA,
  kDac = 0xCC,
  kRst0 = 0xD0,
  kEoi = 0xD9,
  kSos = 0xDA,
  kDqt = 0xDB,
  kDhp = 0xDE,
  kApp0 = 0xE0,
  kApp1 = 0xE1,
  kApp2 = 0xE2,
  kApp13 = 0xED,
  kApp14 = 0xEE,
  kApp15 = 0xEF,
  kJpg0 = 0xF0,
  kCom = 0xFE,
};

// Pillow takes DHP for a frame header too.
bool is_frame(uint8_t marker) {
  if (marker == kDhp) return true;
  return marker >= kSof0 && marker < kRst0 && marker != kDht && marker != kJpg && marker != kDac;
}

bool has_segment(uint8_t marker) {
  const bool is_standalone =
      marker == kJpg || (marker >= kRst0 && marker <= kEoi) || (marker >= kJpg0 && marker < kCom);
  return !is_standalone;
}

class Walker {
 public:
  explicit Walker(Bytes bytes) : bytes_(bytes) {}

  Result<JpegHeader, Rejection> walk() {
    constexpr std::size_t kAfterStartOfImage = 2;
    position_ = kAfterStartOfImage;
    while (const auto marker = next_marker()) {
      if (*marker < kSof0) {
        return corrupt("The JPEG holds the unknown marker " + format_count(*marker) + ".");
      }
      if (!has_segment(*marker)) continue;
      Bytes segment;
      if (!read_segment(segment)) break;
      if (auto rejection = visit(*marker, segment)) return std::move(*rejection);
      if (*marker == kSos) return finish(segment);
    }
    return truncated("The JPEG ends before its first scan.");
  }

 private:
  // The byte after the next 0xFF that introduces a marker; nothing at the end of the data.
  std::optional<uint8_t> next_marker() {
    while (position_ + 1 < bytes_.size()) {
      if (bytes_[position_++] != 0xFF) continue;
      const uint8_t marker = bytes_[position_];
      if (marker == 0xFF) continue;  // padding
      ++position_;
      if (marker != 0) return marker;
    }
    return std::nullopt;
  }

  bool read_segment(Bytes& segment) {
    if (bytes_.size() - position_ < 2) return false;
    const std::size_t length = big_endian_16(bytes_, position_);
    position_ += 2;
    const std::size_t size = length < 2 ? 0 : length - 2;
    if (bytes_.size() - position_ < size) return false;
    segment = bytes_.subspan(position_, size);
    position_ += size;
    return true;
  }

  MaybeRejection visit(uint8_t marker, Bytes segment) {
    if (is_frame(marker)) return visit_frame(marker, segment);
    switch (marker) {
      case kDqt:
        return visit_quantisation(segment);
      case kApp0:
        return visit_short_segment(segment, "JFIF");
      case kApp1:
        visit_metadata(segment);
        return std::nullopt;
      case kApp2:
        return visit_profile(segment);
      case kApp13:
        return visit_photoshop(segment);
      case kApp14:
        return visit_short_segment(segment, "Adobe");
      default:
        return std::nullopt;
    }
  }

  static MaybeRejection visit_short_segment(Bytes segment, std::string_view name) {
    constexpr std::size_t kLeast = 7;  // the name and a version
    if (!starts_with(segment, name) || segment.size() >= kLeast) return std::nullopt;
    return corrupt("The JPEG's " + std::string(name) + " segment is too short.");
  }

  void visit_metadata(Bytes segment) {
    constexpr auto kExif = "Exif\0\0"sv;
    constexpr auto kXmp = "http://ns.adobe.com/xap/1.0/\0"sv;
    auto& [exif, xmp] = header_.orientation;
    if (starts_with(segment, kExif)) {
      // A long EXIF is spread over several segments.
      if (!exif.empty()) segment = segment.subspan(kExif.size());
      exif.insert(exif.end(), segment.begin(), segment.end());
    } else if (starts_with(segment, kXmp)) {
      xmp.assign(segment.begin() + kXmp.size(), segment.end());
    }
  }

  MaybeRejection visit_profile(Bytes segment) {
    constexpr auto kIcc = "ICC_PROFILE\0"sv;
    constexpr std::size_t kLeast = 14;  // the name, its number and the number of segments
    if (starts_with(segment, kIcc) && segment.size() < kLeast) has_short_profile_ = true;
    return std::nullopt;
  }

  // Adobe Photoshop File Formats Specification, "Image Resource Blocks".
  static MaybeRejection visit_photoshop(Bytes segment) {
    constexpr auto kName = "Photoshop 3.0\0"sv;
    constexpr uint16_t kResolutionInfo = 0x03ED;
    constexpr std::size_t kResolutionInfoSize = 14;
    if (!starts_with(segment, kName)) return std::nullopt;
    std::size_t at = kName.size();
    while (at < segment.size() && starts_with(segment.subspan(at), "8BIM")) {
      at += 4;
      if (at + 2 > segment.size()) break;
      const uint16_t code = big_endian_16(segment, at);
      at += 2;
      if (at >= segment.size()) return corrupt("The JPEG's Photoshop segment is cut off.");
      at += 1 + std::size_t{segment[at]};
      at += at & 1;
      if (at + 4 > segment.size()) break;
      const std::size_t size = big_endian_32(segment, at);
      at += 4;
      const std::size_t there = segment.size() - std::min(at, segment.size());
      if (code == kResolutionInfo && std::min(size, there) < kResolutionInfoSize) break;
      at += size;
      at += at & 1;
    }
    return std::nullopt;
  }

  static MaybeRejection visit_quantisation(Bytes segment) {
    while (!segment.empty()) {
      const std::size_t size = 1 + 64 * (segment[0] >> 4 == 0 ? 1 : 2);
      if (segment.size() < size) return corrupt("The JPEG's quantisation table is cut off.");
      segment = segment.subspan(size);
    }
    return std::nullopt;
  }

  MaybeRejection visit_frame(uint8_t marker, Bytes segment) {
    constexpr std::size_t kFixed = 6;
    constexpr std::size_t kPerComponent = 3;
    if (segment.size() < kFixed) return corrupt("The JPEG's frame header is too short.");
    const int bits = segment[0];
    if (bits != 8) {
      return unsupported("The JPEG has " + format_count(bits, "bit") +
                         " a sample; 8 bits are read.");
    }
    header_.height = big_endian_16(segment, 1);
    header_.width = big_endian_16(segment, 3);
    header_.components = segment[5];
    header_.frame_marker = marker;
    if (header_.components != 1 && header_.components != 3 && header_.components != 4) {
      return unsupported("The JPEG has " + format_count(header_.components) +
                         " components; 1, 3 and 4 are read.");
    }
    if (has_short_profile_) return corrupt("The JPEG's colour profile is cut off.");
    if ((segment.size() - kFixed) % kPerComponent != 0) {
      return corrupt("The JPEG's frame header has an odd length.");
    }
    count_coefficients(segment.subspan(kFixed));
    return std::nullopt;
  }

  // Each component has whole blocks of 8 × 8, in numbers that its sampling factors divide.
  void count_coefficients(Bytes components) {
    std::size_t most_across = 1, most_down = 1;
    const auto across = [&](std::size_t i) { return std::size_t{components[i + 1]} >> 4; };
    const auto down = [&](std::size_t i) { return std::size_t{components[i + 1]} & 15; };
    for (std::size_t i = 0; i + 2 < components.size(); i += 3) {
      most_across = std::max(most_across, across(i));
      most_down = std::max(most_down, down(i));
    }
    const auto units = [](int side, std::size_t most) {
      return (static_cast<std::size_t>(side) + 8 * most - 1) / (8 * most);
    };
    const std::size_t all = units(header_.width, most_across) * units(header_.height, most_down);
    header_.coefficients = 0;
    for (std::size_t i = 0; i + 2 < components.size(); i += 3) {
      header_.coefficients += 64 * all * across(i) * down(i);
    }
  }

  Result<JpegHeader, Rejection> finish(Bytes scan) {
    if (header_.frame_marker == 0) return corrupt("The JPEG has a scan before any frame header.");
    const bool is_progressive =
        header_.frame_marker == kProgressive || header_.frame_marker == kProgressiveArithmetic;
    header_.has_scans = is_progressive || scan.empty() || scan[0] < header_.components;
    return std::move(header_);
  }

  Bytes bytes_;
  std::size_t position_ = 0;
  bool has_short_profile_ = false;
  JpegHeader header_;
};

}  // namespace

Result<JpegHeader, Rejection> read_jpeg_header(Bytes bytes) { return Walker(bytes).walk(); }

}  // namespace verger
