// SPDX-License-Identifier: Apache-2.0
// 16 floats of AVX-512, for the files that are compiled for it alone.
#pragma once

#include <immintrin.h>

namespace verger::fused {

namespace {

struct Avx512 {
  using Vector = __m512;
  static constexpr int kLanes = 16;
  // 28 of the 32 registers hold sums, two weights, one an input.
  static constexpr int kMaxPlaces = 14;
  static constexpr int kTileGroups = 2;
  // Masks of all lanes cost nothing, and spare a false warning of GCC 12 (its bug 105593).
  static constexpr __mmask16 kAll = 0xffff;
  static Vector load(const float* from) { return _mm512_loadu_ps(from); }
  static Vector broadcast(float value) { return _mm512_set1_ps(value); }
  static Vector fused(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
  static Vector add(Vector a, Vector b) { return _mm512_add_ps(a, b); }
  static Vector divide(Vector a, Vector b) { return _mm512_div_ps(a, b); }
  static Vector larger(Vector a, Vector b) { return _mm512_maskz_max_ps(kAll, a, b); }
  static Vector smaller(Vector a, Vector b) { return _mm512_maskz_min_ps(kAll, a, b); }
  static void keep(Vector& value) { asm("" : "+v"(value)); }
  static void store(float* to, Vector value) { _mm512_storeu_ps(to, value); }
};

}  // namespace

}  // namespace verger::fused
