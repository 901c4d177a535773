#include "image/exif.h"

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

  // The orientation of the first directory, if it is a single number.
  std::optional<double> orientation() const {
    const std::size_t directory = read(4, 4).value_or(0);
    const auto count = read(directory, 2);
    if (!count) return std::nullopt;
    for (std::size_t i = 0; i < *count; ++i) {
      const std::size_t entry = directory + 2 + 12 * i;
      if (entry + 12 > bytes_.size()) return std::nullopt;
      if (*read(entry, 2) != kOrientationTag) continue;
      if (const auto number = value(entry)) return number;
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

  std::optional<double> value(std::size_t entry) const {
    if (*read(entry + 4, 4) != 1) return std::nullopt;
    enum {
      kShort = 3,
      kLong = 4,
      kRational = 5,
      kSignedByte = 6,
      kSignedShort = 8,
      kSignedLong = 9,
      kSignedRational = 10,
      kFloat = 11,
      kDirectory = 13
    };
    const std::size_t inline_value = entry + 8;
    const uint32_t whole = *read(inline_value, 4);
    switch (*read(entry + 2, 2)) {
      case kShort:
        return *read(inline_value, 2);
      case kSignedShort:
        return static_cast<int16_t>(*read(inline_value, 2));
      case kSignedByte:
        return static_cast<int8_t>(bytes_[inline_value]);
      case kLong:
      case kDirectory:
        return whole;
      case kSignedLong:
        return static_cast<int32_t>(whole);
      case kFloat:
        return std::bit_cast<float>(whole);
      case kRational:
      case kSignedRational: {
        const auto numerator = read(whole, 4);
        const auto denominator = read(std::size_t{whole} + 4, 4);
        if (!denominator || *denominator == 0) return std::nullopt;
        return static_cast<double>(*numerator) / *denominator;
      }
      default:
        return std::nullopt;
    }
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

void turn_upright(int orientation, RgbImage& image) {
  if (orientation < 2 || orientation > 8) return;
  const bool swaps_axes = orientation >= 5;
  const bool flips_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool flips_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
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
