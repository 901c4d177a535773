// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>

#include "pca/product_tile.h"

namespace verger {

namespace {

struct Avx2 {
  using Vector = __m256d;
  static constexpr std::size_t kLanes = 4;
  static Vector load(const double* from) { return _mm256_load_pd(from); }
  static Vector broadcast(double value) { return _mm256_set1_pd(value); }
  static Vector fused(Vector a, Vector b, Vector c) { return _mm256_fmadd_pd(a, b, c); }
  static void store(double* to, Vector value) { _mm256_store_pd(to, value); }
};

}  // namespace

// 12 of the 16 registers hold sums.
constexpr ProductTile kAvx2Tile = product_tile<Avx2, 6, 2>("avx2");

}  // namespace verger
