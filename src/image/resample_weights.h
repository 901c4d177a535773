// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace verger {

// The weights of Pillow's bicubic filter for resampling `from` samples to `to`.
class ResampleWeights {
 public:
  static constexpr int kPrecisionBits = 22;  // 32 − 8 for a pixel − 2 for overshoot
  static constexpr int32_t kHalf = 1 << (kPrecisionBits - 1);  // rounds what the bits are cut off

  // The weights once more, for multiplying 16-bit numbers in pairs: group g of output i holds taps
  // 4g to 4g + 3, as four times weight >> kSplitBits, then four times the rest.
  static constexpr int kSplitBits = 11;
  static constexpr int kGroupTaps = 4;

  ResampleWeights() = default;
  ResampleWeights(int from, int to);

  bool is_for(int from, int to) const { return from == from_ && to == to_; }

  // Output `i` is the sum over t < count(i) of input first(i) + t times weights(i)[t].
  int first(int i) const { return spans_[static_cast<std::size_t>(i)].first; }
  int count(int i) const { return spans_[static_cast<std::size_t>(i)].count; }
  const int32_t* weights(int i) const { return &weights_[static_cast<std::size_t>(i) * taps_]; }
  const int16_t* split_weights(int i) const {
    return &split_[static_cast<std::size_t>(i) * split_size_];
  }

 private:
  struct Span {
    int first;
    int count;
  };

  void split();

  int from_ = 0;
  int to_ = 0;
  std::size_t taps_ = 0;  // the most of an output
  std::size_t split_size_ = 0;
  std::vector<Span> spans_;
  std::vector<int32_t> weights_;
  std::vector<int16_t> split_;
};

// Whether Pillow's resize takes an axis of this length: its table of weights is limited to 2 GiB.
bool can_resample(int from, int to);

}  // namespace verger
