// SPDX-License-Identifier: Apache-2.0
#include "image/column_filter.h"

namespace verger {

namespace {

#if defined(__x86_64__)
const bool kHasAvx2 = __builtin_cpu_supports("avx2") != 0;
#endif

}  // namespace

void filter_columns_plainly(const WeightedRows& rows, std::size_t begin, std::size_t size,
                            const ColumnSums& sums) {
  for (std::size_t x = begin; x < size; ++x) {
    int32_t sum = sums.before != nullptr ? sums.before[x] : ResampleWeights::kHalf;
    const uint8_t* sample = rows.first + x;
    for (int t = 0; t < rows.count; ++t, sample += rows.stride) sum += *sample * rows.weights[t];
    if (sums.after != nullptr) {
      sums.after[x] = sum;
    } else {
      sums.to[x] = ResampleWeights::to_byte(sum);
    }
  }
}

void filter_columns(const WeightedRows& rows, std::size_t size, const ColumnSums& sums) {
#if defined(__x86_64__)
  if (kHasAvx2) return filter_columns_avx2(rows, size, sums);
#endif
  filter_columns_plainly(rows, 0, size, sums);
}

}  // namespace verger
