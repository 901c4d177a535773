// SPDX-License-Identifier: Apache-2.0
#include <cassert>
#include <string>

#include "image/decode.h"
#include "image/decode_memory.h"
#include "image/resize.h"
#include "verger/image.h"

namespace verger {

namespace {

// Gives an image's memory back at its end, when asked to.
class ImageMemory {
 public:
  ImageMemory(RgbImage& image, bool give_back) : image_(image), give_back_(give_back) {}
  ~ImageMemory() {
    if (give_back_) image_ = {};
  }
  ImageMemory(const ImageMemory&) = delete;
  ImageMemory& operator=(const ImageMemory&) = delete;

 private:
  RgbImage& image_;
  const bool give_back_;
};

}  // namespace

struct ImageReader::Buffers {
  RgbImage image;
  std::array<uint8_t, kTensorSize> resized;
  Resizer resizer;
};

ImageReader::ImageReader(const ImageOptions& options)
    : options_(options), buffers_(std::make_unique<Buffers>()) {}

ImageReader::~ImageReader() = default;
ImageReader::ImageReader(ImageReader&&) noexcept = default;
ImageReader& ImageReader::operator=(ImageReader&&) noexcept = default;

std::optional<Rejection> ImageReader::read(std::span<const uint8_t> bytes,
                                           std::span<float> tensor) {
  assert(tensor.size() == kTensorSize);
  const auto memory = claim_decode_memory(memory_to_decode(bytes, options_));
  auto& [image, resized, resizer] = *buffers_;
  // A large image's memory is not kept for the next one, or each thread would hold as much in turn.
  const ImageMemory large(image, memory.has_value());
  if (auto rejection = decode_into(bytes, options_, image)) return rejection;
  if (!can_resample(image.width, kImageSide) || !can_resample(image.height, kImageSide)) {
    return Rejection{RejectReason::kTooLarge,
                     "The image is of size " + std::to_string(image.width) + " × " +
                         std::to_string(image.height) + ", with a side too long to be resized."};
  }
  resizer.resize(image.pixels.data(), {image.width, image.height}, resized.data(),
                 {kImageSide, kImageSide});
  normalise(resized, tensor);
  return std::nullopt;
}

}  // namespace verger
