// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>

#include "image/row_filter.h"

namespace verger {

#if defined(__x86_64__)
extern const RowKernel kAvx2RowKernel;
extern const RowKernel kAvx512RowKernel;  // with VNNI and VBMI
#endif

inline constexpr std::size_t kRowBatch = RowFilter::kBatch;

// Fewer rows than a batch has are made up for by repeating the last one: it is done, and written,
// several times alike.
template <class Byte>
std::array<Byte*, kRowBatch> batch_of(Rows<Byte> rows, int count) {
  std::array<Byte*, kRowBatch> batch;
  for (int i = 0; i < RowFilter::kBatch; ++i) {
    batch[static_cast<std::size_t>(i)] = rows.row(std::min(i, count - 1));
  }
  return batch;
}

}  // namespace verger
