// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>

#include "pca/product_tile.h"

namespace verger {

namespace {

struct Avx512 {
  using Vector = __m512d;
  static constexpr std::size_t kLanes = 8;
  static Vector load(const double* from) { return _mm512_load_pd(from); }
  static Vector broadcast(double value) { return _mm512_set1_pd(value); }
  static Vector fused(Vector a, Vector b, Vector c) { return _mm512_fmadd_pd(a, b, c); }
  static void store(double* to, Vector value) { _mm512_store_pd(to, value); }
};

}  // namespace

// 24 of the 32 registers hold sums.
constexpr ProductTile kAvx512Tile = product_tile<Avx512, 12, 2>("avx512");

}  // namespace verger
