// SPDX-License-Identifier: Apache-2.0
// One row of one pass of a resize. Rows are interleaved RGB.
#pragma once

#include <cstddef>
#include <cstdint>

#include "image/resample_weights.h"

namespace verger {

// What resample_row() may read past the end of its row.
inline constexpr std::size_t kRowPadding = 16;

// The horizontal pass: makes `width` pixels.
void resample_row(const uint8_t* from, const ResampleWeights& weights, int width, uint8_t* to);

// The vertical pass: makes row `y`, of `size` bytes, from rows that lie `size` bytes apart.
void resample_column(const uint8_t* from, const ResampleWeights& weights, int y, std::size_t size,
                     uint8_t* to);

// The same for processors with AVX2; the same bits, as all is integers.
#if defined(__x86_64__)
void resample_row_avx2(const uint8_t* from, const ResampleWeights& weights, int width, uint8_t* to);
void resample_column_avx2(const uint8_t* from, const ResampleWeights& weights, int y,
                          std::size_t size, uint8_t* to);
#endif

// The same for any processor.
void resample_row_portable(const uint8_t* from, const ResampleWeights& weights, int width,
                           uint8_t* to);
// Makes the bytes from `begin` on.
void resample_column_portable(const uint8_t* from, const ResampleWeights& weights, int y,
                              std::size_t begin, std::size_t size, uint8_t* to);

}  // namespace verger
