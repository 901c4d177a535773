// SPDX-License-Identifier: Apache-2.0
// Bytes of a photograph → pixels and tensor. The tensor, which comes of a stream of rows, is that
// of the whole image, turned and resized as it is defined.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <vector>

#include "image/bytes.h"
#include "image/plain_resize.h"
#include "target.h"
#include "verger/image.h"

namespace verger {

namespace {

// Enough for the rows of more than one block of the vertical pass.
constexpr int64_t kMaxPixels = 1 << 18;

// A PNG with right checksums: a random one would hardly ever get past them.
std::vector<uint8_t> with_checksums(std::span<const uint8_t> input) {
  std::vector<uint8_t> bytes(input.begin(), input.end());
  constexpr std::size_t kSignature = 8, kFrame = 12;  // a frame: length, name and checksum
  for (std::size_t at = kSignature; at + kFrame <= bytes.size();) {
    const std::size_t length = big_endian_32(bytes, at);
    if (length > bytes.size() - at - kFrame) break;
    const auto sum = static_cast<uint32_t>(crc32_z(0, &bytes[at + 4], length + 4));
    for (std::size_t i = 0; i < 4; ++i) {
      bytes[at + 8 + length + i] = static_cast<uint8_t>(sum >> (24 - 8 * i));
    }
    at += length + kFrame;
  }
  return bytes;
}

void decode(std::span<const uint8_t> bytes, bool exif_orientation) {
  const ImageOptions options{.max_pixels = kMaxPixels, .exif_orientation = exif_orientation};
  const auto image = decode_image(bytes, options);
  if (image.ok()) {
    const int64_t pixels = int64_t{image->width} * image->height;
    require(image->width > 0 && image->height > 0, "an image has pixels");
    require(pixels <= kMaxPixels, "an image is no larger than max_pixels");
    require(image->pixels.size() == 3 * static_cast<std::size_t>(pixels), "all are there");
  }
  static std::vector<float> tensor(kTensorSize);
  ImageReader reader(options);
  const auto rejection = reader.read(bytes, tensor);
  require(rejection.has_value() != image.ok(), "what is read can be decoded, and the reverse");
  if (!image.ok()) {
    require(
        rejection->reason == image.error().reason && rejection->message == image.error().message,
        "both say the same of it");
    return;
  }
  // Without an orientation there is nothing else to see, and this is the slow part.
  if (!exif_orientation) return;
  static std::vector<float> expected(kTensorSize);
  normalise(resize_plainly(*image, kImageSide, kImageSide).pixels, expected);
  require(tensor == expected, "a stream of rows gives the pixels of the whole image");
}

}  // namespace

}  // namespace verger

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  constexpr std::array<uint8_t, 4> kPng = {0x89, 'P', 'N', 'G'};
  const std::span<const uint8_t> bytes(data, size);
  verger::decode(bytes, false);
  if (size > kPng.size() && std::equal(kPng.begin(), kPng.end(), data)) {
    verger::decode(verger::with_checksums(bytes), true);
  } else {
    verger::decode(bytes, true);
  }
  return 0;
}
