#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace verger {

// The weights of Pillow's bicubic filter for resampling `from` samples to `to`.
class ResampleWeights {
 public:
  static constexpr int kPrecisionBits = 22;  // 32 − 8 for a pixel − 2 for overshoot

  ResampleWeights() = default;
  ResampleWeights(int from, int to);

  bool is_for(int from, int to) const { return from == from_ && to == to_; }

  // Output `i` is the sum over t < count(i) of input first(i) + t times weights(i)[t].
  int first(int i) const { return spans_[static_cast<std::size_t>(i)].first; }
  int count(int i) const { return spans_[static_cast<std::size_t>(i)].count; }
  const int32_t* weights(int i) const { return &weights_[static_cast<std::size_t>(i) * stride_]; }

 private:
  struct Span {
    int first;
    int count;
  };
  int from_ = 0;
  int to_ = 0;
  std::size_t stride_ = 0;
  std::vector<Span> spans_;
  std::vector<int32_t> weights_;
};

// Whether Pillow's resize takes an axis of this length: its table of weights is limited to 2 GiB.
bool can_resample(int from, int to);

struct ImageSize {
  int width = 0;
  int height = 0;
};

// Resizes RGB images and keeps the weights and buffers for the next one. One a thread.
class Resizer {
 public:
  // `pixels` and `to_pixels` are interleaved RGB without padding; they must not overlap.
  void resize(const uint8_t* pixels, ImageSize from, uint8_t* to_pixels, ImageSize to);

 private:
  void resize_rows(const uint8_t* pixels, ImageSize from, uint8_t* to_pixels, int width);
  void resize_columns(const uint8_t* pixels, int width, int y, uint8_t* to);

  ResampleWeights horizontal_;
  ResampleWeights vertical_;
  std::vector<uint8_t> between_;   // what the first pass leaves
  std::vector<uint8_t> last_row_;  // of the image, with a byte of padding
};

}  // namespace verger
