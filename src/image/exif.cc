// SPDX-License-Identifier: Apache-2.0
#include "image/exif.h"

#include <array>
#include <bit>
#include <cstring>
#include <optional>

namespace verger {

namespace {

using namespace std::string_view_literals;

constexpr uint16_t kOrientationTag = 0x0112;

// A TIFF structure (TIFF 6.0, section 2), as EXIF is.
class Tiff {
 public:
  explicit Tiff(Bytes bytes) : bytes_(bytes), big_endian_(starts_with(bytes, "MM")) {}

  bool is_valid() const {
    return bytes_.size() >= 8 &&
           (starts_with(bytes_, "II*\0"sv) || starts_with(bytes_, "MM\0*"sv) ||
            starts_with(bytes_, "II\0*"sv) || starts_with(bytes_, "MM*\0"sv));
  }

  // The orientation of the first directory: of several numbers the first, 0 when it is no number.
  // What lies behind an entry whose data are cut off is not read, as Pillow does not.
  std::optional<double> orientation() const {
    const std::size_t directory = read(4, 4).value_or(0);
    const auto count = read(directory, 2);
    if (!count) return std::nullopt;
    uint64_t data_behind = 0;  // the sum so far; an entry beyond what there can be is passed over
    for (std::size_t i = 0; i < *count; ++i) {
      const std::size_t entry = directory + 2 + 12 * i;
      if (entry + 12 > bytes_.size()) return std::nullopt;
      const uint32_t type = *read(entry + 2, 2);
      const uint64_t size = uint64_t{*read(entry + 4, 4)} * size_of(type);
      std::size_t at = entry + 8;
      if (size > 4) {
        data_behind += size;
        if (data_behind > bytes_.size()) continue;
        at = *read(at, 4);
        if (at > bytes_.size() || bytes_.size() - at < size) return std::nullopt;
      }
      if (size > 0 && *read(entry, 2) == kOrientationTag) return number(type, at);
    }
    return std::nullopt;
  }

 private:
  std::optional<uint32_t> read(std::size_t offset, std::size_t size) const {
    if (offset > bytes_.size() || bytes_.size() - offset < size) return std::nullopt;
    uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value = value << 8 | bytes_[offset + (big_endian_ ? i : size - 1 - i)];
    }
    return value;
  }

  // The types that are numbers: TIFF 6.0, section 2, "Types", and BigTIFF's; bytes and texts are
  // not.
  enum Type : uint32_t {
    kShort = 3,
    kLong = 4,
    kRational = 5,
    kSignedByte = 6,
    kSignedShort = 8,
    kSignedLong = 9,
    kSignedRational = 10,
    kFloat = 11,
    kDouble = 12,
    kDirectory = 13,
    kLong8 = 16
  };

  // How many bytes one value takes; 0 for an unknown type.
  static unsigned size_of(uint32_t type) {
    constexpr std::array<unsigned char, 17> kSizes = {0, 1, 1, 2, 4, 8, 1, 1, 2,
                                                      4, 8, 4, 8, 4, 0, 0, 8};
    return type < kSizes.size() ? kSizes[type] : 0;
  }

  // The value there, all of whose bytes are; 0 when it is none.
  double number(uint32_t type, std::size_t at) const {
    switch (type) {
      case kShort:
        return *read(at, 2);
      case kSignedShort:
        return static_cast<int16_t>(*read(at, 2));
      case kSignedByte:
        return static_cast<int8_t>(bytes_[at]);
      case kLong:
      case kDirectory:
        return *read(at, 4);
      case kSignedLong:
        return static_cast<int32_t>(*read(at, 4));
      case kFloat:
        return std::bit_cast<float>(*read(at, 4));
      case kDouble:
        return std::bit_cast<double>(read_8(at));
      case kLong8:
        return static_cast<double>(read_8(at));
      case kRational:
      case kSignedRational: {
        const uint32_t denominator = *read(at + 4, 4);
        return denominator == 0 ? 0 : static_cast<double>(*read(at, 4)) / denominator;
      }
      default:
        return 0;
    }
  }

  uint64_t read_8(std::size_t at) const {
    const uint64_t first = *read(at, 4);
    const uint64_t second = *read(at + 4, 4);
    return big_endian_ ? first << 32 | second : second << 32 | first;
  }

  Bytes bytes_;
  bool big_endian_;
};

std::optional<double> orientation_from_xmp(std::string_view xmp) {
  constexpr std::string_view kName = "tiff:Orientation";
  for (std::size_t at = xmp.find(kName); at != xmp.npos; at = xmp.find(kName, at + 1)) {
    std::string_view rest = xmp.substr(at + kName.size());
    if (rest.starts_with("=\"")) {
      rest.remove_prefix(2);
    } else if (rest.starts_with('>')) {
      rest.remove_prefix(1);
    } else {
      continue;
    }
    if (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') return rest[0] - '0';
  }
  return std::nullopt;
}

}  // namespace

int find_orientation(const OrientationSources& sources) {
  Bytes exif = sources.exif;
  for (int i = 0; i < 2 && starts_with(exif, "Exif\0\0"sv); ++i) exif = exif.subspan(6);
  std::optional<double> orientation;
  if (!exif.empty()) {
    const Tiff tiff(exif);
    if (!tiff.is_valid()) return 1;
    orientation = tiff.orientation();
  }
  if (!orientation) orientation = orientation_from_xmp(sources.xmp);
  for (int known = 2; known <= 8; ++known) {
    if (orientation == known) return known;
  }
  return 1;
}

Turn turn_of(int orientation) {
  return {.swaps_axes = orientation >= 5 && orientation <= 8,
          .flips_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8,
          .flips_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7};
}

void turn_upright(int orientation, RgbImage& image) {
  if (orientation < 2 || orientation > 8) return;
  const auto [swaps_axes, flips_x, flips_y] = turn_of(orientation);
  const int width = swaps_axes ? image.height : image.width;
  const int height = swaps_axes ? image.width : image.height;
  const auto stride = static_cast<std::size_t>(image.width);
  std::vector<uint8_t> upright(image.pixels.size());
  uint8_t* to = upright.data();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, to += 3) {
      int from_x = swaps_axes ? y : x;
      int from_y = swaps_axes ? x : y;
      if (flips_x) from_x = image.width - 1 - from_x;
      if (flips_y) from_y = image.height - 1 - from_y;
      const auto from =
          static_cast<std::size_t>(from_y) * stride + static_cast<std::size_t>(from_x);
      std::memcpy(to, &image.pixels[3 * from], 3);
    }
  }
  image = {width, height, std::move(upright)};
}

}  // namespace verger
