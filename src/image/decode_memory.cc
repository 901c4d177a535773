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

// Bytes that a column takes: in the rows that libjpeg, zlib and the resize hold, and in weights;
// and those that a row takes, in weights alone.
constexpr std::size_t kPerColumn = 200;
constexpr std::size_t kPerRow = 32;

std::size_t memory_of_rows(std::size_t width, std::size_t height) {
  return width * kPerColumn + height * kPerRow;
}

std::size_t memory_of_jpeg(Bytes bytes, int64_t max_pixels) {
  const auto header = read_jpeg_header(bytes);
  if (!header.ok()) return 0;
  if (int64_t{header->width} * header->height > max_pixels) return 0;
  const std::size_t whole = header->has_scans ? sizeof(int16_t) * header->coefficients : 0;
  return whole + memory_of_rows(static_cast<std::size_t>(header->width),
                                static_cast<std::size_t>(header->height));
}

// By the first chunk, IHDR.
std::size_t memory_of_png(Bytes bytes, int64_t max_pixels) {
  constexpr std::size_t kWidth = 16, kHeight = 20, kInterlace = 28;
  if (bytes.size() <= kInterlace) return 0;
  const std::size_t width = big_endian_32(bytes, kWidth);
  const std::size_t height = big_endian_32(bytes, kHeight);
  const std::size_t pixels = width * height;
  if (pixels > static_cast<std::size_t>(max_pixels)) return 0;
  return (bytes[kInterlace] != 0 ? 3 * pixels : 0) + memory_of_rows(width, height);
}

}  // namespace

void set_decode_memory(std::size_t bytes) { budget() = std::make_unique<ByteBudget>(bytes); }

std::size_t memory_to_decode(Bytes bytes, const ImageOptions& options) {
  const auto format = detect_format(bytes);
  if (!format.ok()) return 0;
  return *format == Format::kJpeg ? memory_of_jpeg(bytes, options.max_pixels)
                                  : memory_of_png(bytes, options.max_pixels);
}

std::optional<ByteBudget::Claim> claim_decode_memory(std::size_t bytes) {
  if (bytes < kSmall) return std::nullopt;
  return budget()->claim(bytes);
}

}  // namespace verger
