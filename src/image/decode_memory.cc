// SPDX-License-Identifier: Apache-2.0
#include "image/decode_memory.h"

#include <cstdint>
#include <memory>

#include "base/memory_limit.h"
#include "image/format.h"
#include "image/jpeg_header.h"

namespace verger {

namespace {

constexpr std::size_t kSmall = std::size_t{32} << 20;

std::unique_ptr<ByteBudget>& budget() {
  static auto budget = std::make_unique<ByteBudget>(memory_limit() / 2);
  return budget;
}

std::size_t memory_of_jpeg(Bytes bytes, std::size_t pixels_copies, int64_t max_pixels) {
  const auto header = read_jpeg_header(bytes);
  if (!header.ok()) return 0;
  const auto pixels =
      static_cast<std::size_t>(header->width) * static_cast<std::size_t>(header->height);
  if (pixels > static_cast<std::size_t>(max_pixels)) return 0;
  const bool progressive = header->frame_marker == 0xC2 || header->frame_marker == 0xCA;
  const std::size_t coefficients =
      progressive ? sizeof(int16_t) * static_cast<std::size_t>(header->components) : 0;
  return pixels * (3 * pixels_copies + coefficients);
}

// Width and height of the first chunk, IHDR.
std::size_t memory_of_png(Bytes bytes, std::size_t pixels_copies, int64_t max_pixels) {
  constexpr std::size_t kSize = 16;
  if (bytes.size() < kSize + 8) return 0;
  const std::size_t pixels =
      std::size_t{big_endian_32(bytes, kSize)} * big_endian_32(bytes, kSize + 4);
  return pixels > static_cast<std::size_t>(max_pixels) ? 0 : pixels * 3 * pixels_copies;
}

}  // namespace

void set_decode_memory(std::size_t bytes) { budget() = std::make_unique<ByteBudget>(bytes); }

std::size_t memory_to_decode(Bytes bytes, const ImageOptions& options) {
  const auto format = detect_format(bytes);
  if (!format.ok()) return 0;
  const std::size_t copies = options.exif_orientation ? 2 : 1;
  return *format == Format::kJpeg ? memory_of_jpeg(bytes, copies, options.max_pixels)
                                  : memory_of_png(bytes, copies, options.max_pixels);
}

std::optional<ByteBudget::Claim> claim_decode_memory(std::size_t bytes) {
  if (bytes < kSmall) return std::nullopt;
  return budget()->claim(bytes);
}

}  // namespace verger
