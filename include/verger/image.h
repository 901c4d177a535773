// SPDX-License-Identifier: Apache-2.0
// Photograph bytes → the tensor that MobileNetV2 takes.
//
// Pixels are bit-identical to Pillow 13's `Image.open(b).convert("RGB").resize((224, 224))`; an
// image that Pillow cannot decode is a Rejection. See docs/numerics.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "verger/export.h"
#include "verger/options.h"
#include "verger/status.h"

namespace VERGER_EXPORT verger {

inline constexpr int kImageSide = 224;
inline constexpr std::size_t kTensorSize = std::size_t{kImageSide} * kImageSide * 3;

// Why an image gave no features. The names are part of the `rejected` table.
enum class RejectReason {
  kUnreadable,         // "unreadable": the bytes could not be read from storage
  kEmpty,              // "empty": no bytes
  kNotAnImage,         // "not-an-image": no known image signature
  kUnsupportedFormat,  // "unsupported-format": an image of another format, which the message names
  kTruncated,          // "truncated": the data ends before the image does
  kCorrupt,            // "corrupt": the data contradicts itself
  kTooLarge,           // "too-large": more than ImageOptions::max_pixels
  kZeroSize,           // "zero-size": a width or height of 0
};
std::string_view reject_reason_name(RejectReason reason);
std::optional<RejectReason> parse_reject_reason(std::string_view name);

struct Rejection {
  RejectReason reason;
  std::string message;  // one sentence, without the file's name
};

// 8-bit RGB, row-major, interleaved: pixels.size() == width * height * 3.
struct RgbImage {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> pixels;
};

// Decodes a JPEG or PNG (told by content, not by name) to RGB. Thread-safe. With
// ImageOptions::fast_decode a large JPEG comes at a fraction of its size.
Result<RgbImage, Rejection> decode_image(std::span<const uint8_t> bytes,
                                         const ImageOptions& options);

// Resizes with Pillow's bicubic filter (a = −0.5, support widened when shrinking, 22-bit
// fixed-point coefficients, 8 bits between the passes; the vertical pass comes first where Pillow
// 13 has it so, see docs/numerics.md). Needs width and height > 0 on both sides. Thread-safe.
RgbImage resize_bicubic(const RgbImage& image, int width, int height);

// tensor[i] = pixels[i] / 127.5 − 1 in float32 (Keras' "tf" mode). The sizes must be equal.
void normalise(std::span<const uint8_t> pixels, std::span<float> tensor);

// The three steps in a row, to the same bits. Rows are resized as they are decoded, so that memory
// does not grow with an image's height, except by a JPEG's coefficients if it has several scans, or
// an interlaced PNG's pixels; those of large images wait for each other (--max-decode-memory).
// Buffers are kept between images. One reader a thread.
class ImageReader {
 public:
  explicit ImageReader(const ImageOptions& options);
  ~ImageReader();
  ImageReader(ImageReader&&) noexcept;
  ImageReader& operator=(ImageReader&&) noexcept;

  // Fills `tensor` (kTensorSize floats, NHWC) or says why not, leaving `tensor` unspecified.
  std::optional<Rejection> read(std::span<const uint8_t> bytes, std::span<float> tensor);

 private:
  struct Buffers;
  ImageOptions options_;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace verger
