// SPDX-License-Identifier: Apache-2.0
#include <cassert>
#include <string>

#include "base/numbers.h"
#include "image/decode.h"
#include "image/decode_memory.h"
#include "image/exif.h"
#include "image/resize.h"
#include "verger/image.h"

namespace verger {

// Takes an image's rows and keeps it resized.
struct ImageReader::Buffers : public ImageRowSink {
 public:
  Buffers() { forget(); }

  std::optional<Rejection> start(ImageSize size, int orientation) override {
    if (!can_resample(size.width, kImageSide) || !can_resample(size.height, kImageSide)) {
      return Rejection{RejectReason::kTooLarge, "The image is of size " + format_count(size.width) +
                                                    " × " + format_count(size.height) +
                                                    ", with a side too long to be resized."};
    }
    orientation_ = orientation;
    resizer_->start(size, orientation, {kImageSide, kImageSide}, resized_.pixels.data());
    return std::nullopt;
  }
  uint8_t* next_row() override { return resizer_->next_row(); }
  void push_row() override { resizer_->push_row(); }

  // Once all rows are there.
  void normalise(std::span<float> tensor) {
    turn_upright(orientation_, resized_);
    verger::normalise(resized_.pixels, tensor);
  }

  // Gives back what the last image took.
  void forget() { resizer_ = std::make_unique<Resizer>(); }

 private:
  RgbImage resized_{kImageSide, kImageSide, std::vector<uint8_t>(kTensorSize)};
  std::unique_ptr<Resizer> resizer_;
  int orientation_ = 1;
};

namespace {

// Gives an image's memory back at its end, when asked to.
template <class Buffers>
class ImageMemory {
 public:
  ImageMemory(Buffers& buffers, bool give_back) : buffers_(buffers), give_back_(give_back) {}
  ~ImageMemory() {
    if (give_back_) buffers_.forget();
  }
  ImageMemory(const ImageMemory&) = delete;
  ImageMemory& operator=(const ImageMemory&) = delete;

 private:
  Buffers& buffers_;
  const bool give_back_;
};

}  // namespace

ImageReader::ImageReader(const ImageOptions& options)
    : options_(options), buffers_(std::make_unique<Buffers>()) {}

ImageReader::~ImageReader() = default;
ImageReader::ImageReader(ImageReader&&) noexcept = default;
ImageReader& ImageReader::operator=(ImageReader&&) noexcept = default;

std::optional<Rejection> ImageReader::read(std::span<const uint8_t> bytes,
                                           std::span<float> tensor) {
  assert(tensor.size() == kTensorSize);
  const auto memory = claim_decode_memory(memory_to_decode(bytes, options_));
  // A large image's memory is not kept for the next one, or each thread would hold as much in turn.
  const ImageMemory large(*buffers_, memory.has_value());
  if (auto rejection = decode_rows(bytes, options_, *buffers_)) return rejection;
  buffers_->normalise(tensor);
  return std::nullopt;
}

}  // namespace verger
