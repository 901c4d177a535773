// SPDX-License-Identifier: Apache-2.0
#include "image/format.h"

#include <array>
#include <string>

#include "image/rejections.h"

namespace verger {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kJpegMagic = "\xFF\xD8\xFF"sv;
constexpr std::string_view kJpegLsMagic = "\xFF\xD8\xFF\xF7"sv;
constexpr std::string_view kPngMagic = "\x89PNG\r\n\x1A\n"sv;

struct Magic {
  std::string_view name;
  std::string_view bytes;
  std::size_t offset = 0;
};

constexpr auto kMagics = std::to_array<Magic>({
    {"JPEG-LS", kJpegLsMagic},
    {"GIF", "GIF87a"sv},
    {"GIF", "GIF89a"sv},
    {"TIFF", "II*\0"sv},
    {"TIFF", "MM\0*"sv},
    {"BigTIFF", "II+\0"sv},
    {"BigTIFF", "MM\0+"sv},
    {"WebP", "WEBP"sv, 8},
    {"JPEG XL", "\xFF\x0A"sv},
    {"JPEG XL", "\0\0\0\x0CJXL \r\n\x87\n"sv},
    {"JPEG 2000", "\0\0\0\x0CjP  \r\n\x87\n"sv},
    {"JPEG 2000", "\xFF\x4F\xFF\x51"sv},
    {"JPEG XR", "II\xBC\x01"sv},
    {"ICO", "\0\0\1\0"sv},
    {"CUR", "\0\0\2\0"sv},
    {"PSD", "8BPS"sv},
    {"XCF", "gimp xcf"sv},
    {"PDF", "%PDF-"sv},
    {"PostScript", "%!PS"sv},
    {"PostScript", "\xC5\xD0\xD3\xC6"sv},
    {"OpenEXR", "\x76\x2F\x31\x01"sv},
    {"Radiance HDR", "#?RADIANCE"sv},
    {"QOI", "qoif"sv},
    {"DDS", "DDS "sv},
    {"MNG", "\x8AMNG\r\n\x1A\n"sv},
    {"JNG", "\x8BJNG\r\n\x1A\n"sv},
    {"DICOM", "DICM"sv, 128},
    {"ICNS", "icns"sv},
    {"DjVu", "AT&TFORM"sv},
    {"FITS", "SIMPLE  ="sv},
    {"Sun raster", "\x59\xA6\x6A\x95"sv},
    {"SGI", "\x01\xDA\x00"sv},
    {"SGI", "\x01\xDA\x01"sv},
    {"XPM", "/* XPM */"sv},
    {"BPG", "BPG\xFB"sv},
    {"FLIF", "FLIF"sv},
    {"Fujifilm RAF", "FUJIFILMCCD-RAW"sv},
    {"Panasonic RW2", "IIU\0"sv},
    {"Olympus ORF", "IIRO"sv},
});

// The brands of ISO base media files (ISO/IEC 14496-12) that hold images.
constexpr auto kBrands = std::to_array<Magic>({
    {"AVIF", "avif"sv},
    {"AVIF", "avis"sv},
    {"HEIF", "heic"sv},
    {"HEIF", "heix"sv},
    {"HEIF", "heim"sv},
    {"HEIF", "heis"sv},
    {"HEIF", "hevc"sv},
    {"HEIF", "hevx"sv},
    {"HEIF", "mif1"sv},
    {"HEIF", "msf1"sv},
    {"Canon CR3", "crx "sv},
});

bool is_bmp(Bytes bytes) {
  if (!starts_with(bytes, "BM") || bytes.size() < 18) return false;
  const uint8_t header_size = bytes[14];
  return bytes[15] == 0 && bytes[16] == 0 && bytes[17] == 0 &&
         (header_size == 12 || header_size == 16 || (header_size >= 40 && header_size <= 124));
}

bool is_netpbm(Bytes bytes) {
  return bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7' &&
         (bytes[2] == '\n' || bytes[2] == '\r' || bytes[2] == ' ' || bytes[2] == '\t');
}

bool is_tga(Bytes bytes) {
  constexpr std::string_view kFooter = "TRUEVISION-XFILE.\0"sv;
  return bytes.size() > kFooter.size() && starts_with(bytes.last(kFooter.size()), kFooter);
}

bool is_svg(Bytes bytes) {
  std::string_view text(reinterpret_cast<const char*>(bytes.data()),
                        std::min<std::size_t>(bytes.size(), 4096));
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (text.starts_with("<svg")) return true;
  const bool is_markup = text.starts_with("<?xml") || text.starts_with("<!");
  return is_markup && text.find("<svg") != std::string_view::npos;
}

// The part of `magic` that the file is long enough for, when the file stops within it.
bool stops_within(Bytes bytes, std::string_view magic) {
  return bytes.size() >= 2 && bytes.size() < magic.size() &&
         starts_with(bytes, magic.substr(0, bytes.size()));
}

}  // namespace

std::optional<std::string_view> other_format_name(Bytes bytes) {
  if (is_tga(bytes)) return "TGA";  // its beginning can be that of a CUR
  for (const Magic& magic : kMagics) {
    if (bytes.size() > magic.offset && starts_with(bytes.subspan(magic.offset), magic.bytes)) {
      return magic.name;
    }
  }
  if (bytes.size() >= 12 && starts_with(bytes.subspan(4), "ftyp")) {
    for (const Magic& brand : kBrands) {
      if (starts_with(bytes.subspan(8), brand.bytes)) return brand.name;
    }
  }
  if (is_bmp(bytes)) return "BMP";
  if (is_netpbm(bytes)) return "Netpbm";
  if (is_svg(bytes)) return "SVG";
  return std::nullopt;
}

Result<Format, Rejection> detect_format(Bytes bytes) {
  if (bytes.empty()) return Rejection{RejectReason::kEmpty, "The file is empty."};
  if (starts_with(bytes, kPngMagic)) return Format::kPng;
  if (starts_with(bytes, kJpegMagic) && !starts_with(bytes, kJpegLsMagic)) return Format::kJpeg;
  if (const auto name = other_format_name(bytes)) {
    return unsupported("The file is of the format " + std::string(*name) +
                       "; JPEG and PNG are read.");
  }
  if (stops_within(bytes, kJpegMagic) || stops_within(bytes, kPngMagic)) {
    return truncated("The file ends within the signature of its format.");
  }
  return Rejection{RejectReason::kNotAnImage,
                   "The file begins like no image format that is known here."};
}

}  // namespace verger
