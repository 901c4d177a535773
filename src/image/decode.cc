// SPDX-License-Identifier: Apache-2.0
#include "image/decode.h"

#include "image/format.h"
#include "image/jpeg.h"
#include "image/png.h"
#include "image/whole_image.h"

namespace verger {

std::optional<Rejection> decode_rows(Bytes bytes, const ImageOptions& options, ImageRowSink& sink) {
  const auto format = detect_format(bytes);
  if (!format.ok()) return format.error();
  return *format == Format::kJpeg ? decode_jpeg(bytes, options, sink)
                                  : decode_png(bytes, options, sink);
}

std::optional<Rejection> decode_into(Bytes bytes, const ImageOptions& options, RgbImage& image) {
  WholeImage whole(image);
  if (auto rejection = decode_rows(bytes, options, whole)) return rejection;
  whole.turn_upright();
  return std::nullopt;
}

Result<RgbImage, Rejection> decode_image(std::span<const uint8_t> bytes,
                                         const ImageOptions& options) {
  RgbImage image;
  if (auto rejection = decode_into(bytes, options, image)) return std::move(*rejection);
  return image;
}

}  // namespace verger
