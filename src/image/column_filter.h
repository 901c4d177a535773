// SPDX-License-Identifier: Apache-2.0
// The vertical pass of a resize.
#pragma once

#include <cstddef>
#include <cstdint>

#include "image/resample_weights.h"

namespace verger {

// Neighbouring rows, `stride` bytes apart, and the weight of each for an output row.
struct WeightedRows {
  const uint8_t* first;
  std::size_t stride;
  const int32_t* weights;
  int count;
};

// Adds weighted rows up, `size` bytes of each. The sums begin as those of the output's rows
// `before`, or at one half if that is null; they go to `after`, or, if that is null, rounded to
// bytes to `to`.
struct ColumnSums {
  const int32_t* before;
  int32_t* after;
  uint8_t* to;
};
void filter_columns(const WeightedRows& rows, std::size_t size, const ColumnSums& sums);

// The same for processors with AVX2; the same bits, as all is integers.
#if defined(__x86_64__)
void filter_columns_avx2(const WeightedRows& rows, std::size_t size, const ColumnSums& sums);
#endif

// The same for any processor: the bytes from `begin` on.
void filter_columns_plainly(const WeightedRows& rows, std::size_t begin, std::size_t size,
                            const ColumnSums& sums);

}  // namespace verger
