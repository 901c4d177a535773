// SPDX-License-Identifier: Apache-2.0
// Small images for unit tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "image/png_stream.h"
#include "verger/image.h"

namespace verger {

// A picture with slopes and edges that its size determines.
RgbImage make_picture(int width, int height);

// Bytes without order, the same ones each time.
std::vector<uint8_t> make_noise(std::size_t size);

// The picture as a JPEG of quality 90, 4:2:0.
std::vector<uint8_t> make_jpeg(const RgbImage& image);

struct PngChunk {
  std::string_view name;
  std::string body;
};

// A PNG of these chunks, with right checksums.
std::vector<uint8_t> make_png(const std::vector<PngChunk>& chunks);

// The bodies of an IHDR chunk and of an IDAT chunk that holds `rows`, filter types included.
std::string png_header(uint32_t width, uint32_t height, int depth, int colour_type,
                       bool is_interlaced = false);
std::string png_data(std::string_view rows);

// The picture as a PNG, 8-bit RGB.
std::vector<uint8_t> make_png(const RgbImage& image);

}  // namespace verger
