// SPDX-License-Identifier: Apache-2.0
// Numbers that look random and are the same everywhere.
#pragma once

#include <cstdint>

namespace verger::orchard {

// The finalising mix of SplitMix64 (Steele, Lea and Flood 2014; constants of Stafford's variant
// 13).
constexpr uint64_t scramble(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

// SplitMix64.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() { return scramble(state_ += 0x9E3779B97F4A7C15ULL); }

  // In [0, 1): a multiple of 2⁻²⁴, so exact in float.
  float uniform() { return static_cast<float>(next() >> 40U) * 0x1p-24F; }
  float uniform(float low, float high) { return low + (high - low) * uniform(); }

  bool chance(float probability) { return uniform() < probability; }

 private:
  uint64_t state_;
};

}  // namespace verger::orchard
