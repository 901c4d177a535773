// SPDX-License-Identifier: Apache-2.0
// The innermost product, once for every instruction set.
//
// Each set has a source file of its own, compiled for that set. Include nothing here that brings
// inline functions: the linker may keep any file's copy of them, for processors that lack the set.
#pragma once

#include <cstddef>

namespace verger {

// sums[r * columns + c] = Σ over k of a[k * rows + r] · b[k * columns + c], each a single chain of
// fused multiply-adds in the order of k, from zero. `b` and `sums` start on a cache line.
// run_row() gives the sums of the first row alone: what a product with a single row asks for.
struct ProductTile {
  using Run = void (*)(const double* a, const double* b, std::size_t depth, double* sums);

  const char* name;
  std::size_t rows;
  std::size_t columns;
  Run run;
  Run run_row;
};

extern const ProductTile kPortableTile;
extern const ProductTile kAvx2Tile;
extern const ProductTile kAvx512Tile;
extern const ProductTile kNeonTile;

// Simd: Vector, kLanes, load(), broadcast(), fused(a, b, c) = a · b + c, and store(). Keep it in an
// unnamed namespace, so that this function too is the file's own. The kRows × kVectors sums must
// fit into the registers, and be enough to hide the latency of the multiply-add. Of the kRows rows
// of `a` the first kUsed are summed.
template <class Simd, std::size_t kRows, std::size_t kVectors, std::size_t kUsed = kRows>
void run_tile(const double* a, const double* b, std::size_t depth, double* sums) {
  constexpr std::size_t kColumns = kVectors * Simd::kLanes;
  constexpr std::size_t kLineDoubles = 8;  // doubles of a cache line
  constexpr std::size_t kAhead = 1024;     // doubles
  typename Simd::Vector sum[kUsed][kVectors];
  for (std::size_t r = 0; r < kUsed; ++r) {
    for (std::size_t v = 0; v < kVectors; ++v) sum[r][v] = Simd::broadcast(0.0);
  }
  for (std::size_t k = 0; k < depth; ++k, a += kRows, b += kColumns) {
    // One row uses `b` once and waits for nothing but memory, where panel lies after panel.
    if constexpr (kUsed == 1) {
      for (std::size_t c = 0; c < kColumns; c += kLineDoubles) __builtin_prefetch(b + kAhead + c);
    }
    typename Simd::Vector column[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) column[v] = Simd::load(b + v * Simd::kLanes);
    for (std::size_t r = 0; r < kUsed; ++r) {
      const typename Simd::Vector row = Simd::broadcast(a[r]);
      for (std::size_t v = 0; v < kVectors; ++v) sum[r][v] = Simd::fused(row, column[v], sum[r][v]);
    }
  }
  for (std::size_t r = 0; r < kUsed; ++r) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      Simd::store(sums + r * kColumns + v * Simd::kLanes, sum[r][v]);
    }
  }
}

template <class Simd, std::size_t kRows, std::size_t kVectors>
constexpr ProductTile product_tile(const char* name) {
  return {name, kRows, kVectors * Simd::kLanes, &run_tile<Simd, kRows, kVectors>,
          &run_tile<Simd, kRows, kVectors, 1>};
}

}  // namespace verger
