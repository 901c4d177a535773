// SPDX-License-Identifier: Apache-2.0
#include <cassert>
#include <csetjmp>
#include <cstdio>  // jpeglib.h needs FILE
#include <cstdlib>
#include <new>

#include <jpeglib.h>

#include "sample/sample.h"

namespace verger {

namespace {

// libjpeg ends the process on an error unless error_exit leaves by a jump.
struct ErrorHandler {
  jpeg_error_mgr base;
  std::jmp_buf jump;
};

[[noreturn]] void leave(j_common_ptr info) {
  std::longjmp(reinterpret_cast<ErrorHandler*>(info->err)->jump, 1);
}

// Fills *bytes, which the caller frees; false when memory ran out. No C++ object lives here that
// the jump could skip.
bool compress(const RgbImage& image, int quality, unsigned char** bytes, unsigned long* size) {
  jpeg_compress_struct info{};
  ErrorHandler errors{};
  info.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = leave;
  if (setjmp(errors.jump) != 0) {
    jpeg_destroy_compress(&info);
    return false;
  }
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, bytes, size);
  info.image_width = static_cast<JDIMENSION>(image.width);
  info.image_height = static_cast<JDIMENSION>(image.height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  info.dct_method = JDCT_ISLOW;
  jpeg_start_compress(&info, TRUE);
  const std::size_t stride = static_cast<std::size_t>(image.width) * 3;
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<JSAMPLE*>(image.pixels.data() + info.next_scanline * stride);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  return true;
}

}  // namespace

std::vector<uint8_t> encode_jpeg(const RgbImage& image, int quality) {
  assert(image.width > 0 && image.height > 0);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const bool ok = compress(image, quality, &bytes, &size);
  std::vector<uint8_t> result;
  if (ok) result.assign(bytes, bytes + size);
  std::free(bytes);
  if (!ok) throw std::bad_alloc();
  return result;
}

}  // namespace verger
