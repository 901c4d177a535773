// SPDX-License-Identifier: Apache-2.0
#include "image/decode.h"

#include "image/format.h"
#include "image/jpeg.h"
#include "image/png.h"

namespace verger {

std::optional<Rejection> decode_into(Bytes bytes, const ImageOptions& options, RgbImage& image) {
  const auto format = detect_format(bytes);
  if (!format.ok()) return format.error();
  return *format == Format::kJpeg ? decode_jpeg(bytes, options, image)
                                  : decode_png(bytes, options, image);
}

Result<RgbImage, Rejection> decode_image(std::span<const uint8_t> bytes,
                                         const ImageOptions& options) {
  RgbImage image;
  if (auto rejection = decode_into(bytes, options, image)) return std::move(*rejection);
  return image;
}

}  // namespace verger
