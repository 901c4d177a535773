// SPDX-License-Identifier: Apache-2.0
#include "image/test_images.h"

#include <zlib.h>

#include <cstdio>  // jpeglib.h needs it before
#include <cstdlib>
#include <random>

#include <jpeglib.h>

namespace verger {

namespace {

std::string big_endian(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 255);
  return bytes;
}

}  // namespace

RgbImage make_picture(int width, int height) {
  RgbImage image{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (const int sample : {5 * x + 2 * y, x * y / 3, (x / 5 + y / 3) % 2 * 200}) {
        image.pixels.push_back(static_cast<uint8_t>(sample));
      }
    }
  }
  return image;
}

std::vector<uint8_t> make_noise(std::size_t size) {
  std::mt19937 generator(7);
  std::vector<uint8_t> bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(generator());
  return bytes;
}

std::vector<uint8_t> make_jpeg(const RgbImage& image) {
  jpeg_compress_struct codec{};
  jpeg_error_mgr errors{};
  codec.err = jpeg_std_error(&errors);
  jpeg_create_compress(&codec);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&codec, &memory, &size);
  codec.image_width = static_cast<JDIMENSION>(image.width);
  codec.image_height = static_cast<JDIMENSION>(image.height);
  codec.input_components = 3;
  codec.in_color_space = JCS_RGB;
  jpeg_set_defaults(&codec);
  jpeg_set_quality(&codec, 90, TRUE);
  jpeg_start_compress(&codec, TRUE);
  std::vector<uint8_t> pixels = image.pixels;
  while (codec.next_scanline < codec.image_height) {
    JSAMPROW row = &pixels[3 * codec.image_width * codec.next_scanline];
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  jpeg_destroy_compress(&codec);
  std::vector<uint8_t> file(memory, memory + size);
  std::free(memory);
  return file;
}

std::vector<uint8_t> make_png(const std::vector<PngChunk>& chunks) {
  std::string file = "\x89PNG\r\n\x1A\n";
  for (const auto& [name, body] : chunks) {
    const std::string summed = std::string(name) + body;
    const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(summed.data()), summed.size());
    file += big_endian(static_cast<uint32_t>(body.size())) + summed;
    file += big_endian(static_cast<uint32_t>(sum));
  }
  return {file.begin(), file.end()};
}

std::string png_header(uint32_t width, uint32_t height, int depth, int colour_type,
                       bool is_interlaced) {
  std::string body = big_endian(width) + big_endian(height);
  for (const int field : {depth, colour_type, 0, 0, is_interlaced ? 1 : 0}) {
    body += static_cast<char>(field);
  }
  return body;
}

std::string png_data(std::string_view rows) {
  uLongf size = compressBound(rows.size());
  std::string body(size, '\0');
  compress(reinterpret_cast<Bytef*>(body.data()), &size,
           reinterpret_cast<const Bytef*>(rows.data()), rows.size());
  body.resize(size);
  return body;
}

std::vector<uint8_t> make_png(const RgbImage& image) {
  std::string rows;
  const auto stride = 3 * static_cast<std::size_t>(image.width);
  for (std::size_t at = 0; at < image.pixels.size(); at += stride) {
    rows += '\0';
    rows.append(image.pixels.begin() + static_cast<std::ptrdiff_t>(at),
                image.pixels.begin() + static_cast<std::ptrdiff_t>(at + stride));
  }
  const auto width = static_cast<uint32_t>(image.width);
  const auto height = static_cast<uint32_t>(image.height);
  return make_png(
      {{"IHDR", png_header(width, height, 8, 2)}, {"IDAT", png_data(rows)}, {"IEND", ""}});
}

}  // namespace verger
