// SPDX-License-Identifier: Apache-2.0
// The horizontal pass of a resize. Rows are interleaved RGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "image/resample_weights.h"

namespace verger {

// Rows that lie `stride` bytes apart.
template <class Byte>
struct Rows {
  Byte* first;
  std::size_t stride;

  Byte* row(int i) const { return first + static_cast<std::size_t>(i) * stride; }
};

struct RowKernel;

// The weights of a pass as its kernel reads them.
struct PackedWeights {
  struct Output {
    int first;           // the input that its first weight is for
    int groups;          // how many groups of weights; those past its last input are 0
    std::size_t offset;  // where its groups begin in `packed`
  };
  std::vector<Output> outputs;
  std::vector<uint8_t> packed;
};

// How a processor does the pass. All kernels give the same bits, as all is integers.
struct RowKernel {
  std::string_view name;
  int least_shrinking;     // by how much a row is shrunk at least for this one to be the fastest
  int group_taps;          // weights of a group
  std::size_t group_size;  // bytes of a packed group
  void (*pack_group)(const int32_t* weights, uint8_t* packed);
  void (*filter)(const PackedWeights& weights, Rows<const uint8_t> from, int rows,
                 Rows<uint8_t> to);
};

// Those of this processor, the plain one first.
std::span<const RowKernel* const> row_kernels();

// The fastest for such rows.
const RowKernel& row_kernel_for(const Axis& axis);

class RowFilter {
 public:
  // What filter() may read past the end of a row (it may be anything), and write past the end of
  // its own.
  static constexpr std::size_t kPadding = 64;

  // The rows of a batch share the reading of the weights.
  static constexpr int kBatch = 4;

  RowFilter() = default;
  RowFilter(const ResampleWeights& weights, const RowKernel& kernel);

  // Makes 1 to kBatch rows of weights.axis().to pixels.
  void filter(Rows<const uint8_t> from, int rows, Rows<uint8_t> to) const {
    kernel_->filter(weights_, from, rows, to);
  }

 private:
  const RowKernel* kernel_ = nullptr;
  PackedWeights weights_;
};

}  // namespace verger
