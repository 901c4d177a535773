// SPDX-License-Identifier: Apache-2.0
// 16 floats of AVX-512 that become bfloat16, for the files that are compiled for it alone.
#pragma once

#include "model/fused/avx512_vector.h"

namespace verger::fused {

namespace {

struct Avx512Bf16 : Avx512 {
  // To the nearest, ties to even; what is too small for a normal number becomes zero.
  static __m256i narrow(Vector value) {
    return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(value));
  }
  static Vector widen(__m256i value) {
    return _mm512_castsi512_ps(
        _mm512_maskz_slli_epi32(kAll, _mm512_maskz_cvtepu16_epi32(kAll, value), 16));
  }
  static void store_pairs(float* to, __m256i pairs) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), pairs);
  }
  static void store_words(float* to, Vector value) { store_pairs(to, narrow(value)); }
};

}  // namespace

}  // namespace verger::fused
