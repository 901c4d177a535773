// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace verger {

// What becomes of an axis: `from` samples are resampled to `to`.
struct Axis {
  int from = 0;
  int to = 0;
  bool is_mirrored = false;  // both are counted from the other end

  bool operator==(const Axis&) const = default;
};

// The weights of Pillow's bicubic filter.
class ResampleWeights {
 public:
  static constexpr int kPrecisionBits = 22;  // 32 − 8 for a pixel − 2 for overshoot
  static constexpr int32_t kHalf = 1 << (kPrecisionBits - 1);  // rounds what the bits are cut off

  ResampleWeights() = default;

  explicit ResampleWeights(const Axis& axis);

  // Output `i` is the sum over t < count(i) of input first(i) + t times weights(i)[t]. Neither
  // first nor first + count decreases from an output to the next.
  const Axis& axis() const { return axis_; }
  int first(int i) const { return spans_[static_cast<std::size_t>(i)].first; }
  int count(int i) const { return spans_[static_cast<std::size_t>(i)].count; }
  const int32_t* weights(int i) const { return &weights_[static_cast<std::size_t>(i) * taps_]; }

  // A sum that began at one half, as a sample.
  static uint8_t to_byte(int32_t sum) {
    return static_cast<uint8_t>(std::clamp(sum >> kPrecisionBits, 0, 255));
  }

 private:
  struct Span {
    int first;
    int count;
  };

  void mirror();

  Axis axis_;
  std::size_t taps_ = 0;  // the most of an output
  std::vector<Span> spans_;
  std::vector<int32_t> weights_;
};

// Whether Pillow's resize takes an axis of this length: its table of weights is limited to 2 GiB.
bool can_resample(int from, int to);

}  // namespace verger
