// SPDX-License-Identifier: Apache-2.0
// The first components of rows, by which an exact search passes most rows over.
//
// The cosine of two units is at most the product of their first components plus that of the lengths
// of what is left of them (Cauchy and Schwarz). Principal components begin with those of the most
// variance, so that few rows may still be near after 64 of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/lazy_vector.h"

namespace verger {

// The beginning of one vector of length 1.
struct RowHead {
  // Components are kept at all as whole numbers, of which a sum is the same in any order.
  static constexpr std::size_t kDepth = 64;
  static constexpr double kScale = 32767;
  // A product of two heads, over kScale², is this far at most from that of what they were made of:
  // each code is off by a half, so each head by √kDepth / 2 / kScale.
  static constexpr double kRounding = 2.5e-4;

  explicit RowHead(std::span<const float> unit);

  std::array<int16_t, kDepth> codes{};
  float rest = 0;  // the length of what comes after, or more
};

// The heads of many vectors.
class RowHeads {
 public:
  // `units`: any number of vectors of `width` components, each of length 1 or 0.
  RowHeads(std::span<const float> units, std::size_t width);

  std::size_t size() const { return rests_.size(); }
  std::span<const float> rests() const { return rests_; }
  // products[row]: the product of each head with this one. It fits: the codes of a unit are a
  // vector of length kScale.
  void multiply(const RowHead& head, std::span<int32_t> products) const;

 private:
  LazyVector<int16_t> codes_;  // kDepth a row
  std::vector<float> rests_;
};

}  // namespace verger
