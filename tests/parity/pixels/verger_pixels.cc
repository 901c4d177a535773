// SPDX-License-Identifier: Apache-2.0
// Shows tests what verger makes of images: reads records from stdin, writes records to stdout.
//
//   in:   length (uint32), the file's bytes
//   out:  0 (uint8), 224 · 224 · 3 bytes of RGB
//      or 1 (uint8), reason: length (uint32) and text, message: length (uint32) and text
//
// Integers are little-endian. Argument: --exif-orientation.
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "verger/image.h"

namespace {

bool read_exactly(void* to, std::size_t size) { return std::fread(to, 1, size, stdin) == size; }

void write(const void* from, std::size_t size) { std::fwrite(from, 1, size, stdout); }

void write_text(std::string_view text) {
  const auto size = static_cast<uint32_t>(text.size());
  write(&size, sizeof size);
  write(text.data(), text.size());
}

void write_rejection(const verger::Rejection& rejection) {
  std::putchar(1);
  write_text(verger::reject_reason_name(rejection.reason));
  write_text(rejection.message);
}

// The pixels are got back from the tensor, which keeps them apart by far more than it rounds.
void write_pixels(const std::vector<float>& tensor) {
  std::putchar(0);
  std::vector<uint8_t> pixels;
  pixels.reserve(tensor.size());
  for (const float value : tensor) {
    pixels.push_back(static_cast<uint8_t>(std::lround((value + 1) * 127.5f)));
  }
  write(pixels.data(), pixels.size());
}

}  // namespace

int main(int argc, char** argv) {
  verger::ImageOptions options;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--exif-orientation") options.exif_orientation = true;
  }
  verger::ImageReader reader(options);
  std::vector<float> tensor(verger::kTensorSize);
  std::vector<uint8_t> bytes;
  for (uint32_t size = 0; read_exactly(&size, sizeof size);) {
    bytes.resize(size);
    if (!read_exactly(bytes.data(), size)) return 1;
    if (const auto rejection = reader.read(bytes, tensor)) {
      write_rejection(*rejection);
    } else {
      write_pixels(tensor);
    }
    std::fflush(stdout);
  }
}
