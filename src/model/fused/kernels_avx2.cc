// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>

#include "model/fused/kernels_impl.h"

namespace verger::fused {

namespace {

struct Avx2 {
  using Vector = __m256;
  static constexpr int kLanes = 8;
  // 12 of the 16 registers hold sums, two weights, one an input.
  static constexpr int kMaxPlaces = 6;
  static constexpr int kTileGroups = 1;
  static Vector load(const float* from) { return _mm256_loadu_ps(from); }
  static Vector broadcast(float value) { return _mm256_set1_ps(value); }
  static Vector fused(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
  static Vector add(Vector a, Vector b) { return _mm256_add_ps(a, b); }
  static Vector divide(Vector a, Vector b) { return _mm256_div_ps(a, b); }
  static Vector larger(Vector a, Vector b) { return _mm256_max_ps(a, b); }
  static Vector smaller(Vector a, Vector b) { return _mm256_min_ps(a, b); }
  static void keep(Vector& value) { asm("" : "+x"(value)); }
  static void store(float* to, Vector value) { _mm256_storeu_ps(to, value); }
};

}  // namespace

constexpr Kernels kAvx2Kernels = float32_kernels<Avx2>("AVX2");

}  // namespace verger::fused
