// SPDX-License-Identifier: Apache-2.0
#include "model/fused/avx512_bf16_vector.h"
#include "model/fused/kernels_impl.h"

namespace verger::fused {

namespace {

// Dense products of pairs of bfloat16, summed in float32; all else in float32.
struct Bf16 : Avx512Bf16 {
  static constexpr Layout kLayout = kPairs;
  static Vector multiply_add(Vector a, Vector b, Vector c) {
    return _mm512_dpbf16_ps(c, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
  }
};

}  // namespace

constexpr Kernels kAvx512Bf16Kernels =
    kernels<Bf16>("AVX512-BF16", &run_pointwise<Bf16, kPairWords>);

}  // namespace verger::fused
