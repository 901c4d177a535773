#include "model/fused/avx512_vector.h"
#include "model/fused/kernels_impl.h"

namespace verger::fused {

namespace {

// Dense products of pairs of bfloat16, summed in float32; all else in float32.
struct Bf16 : Avx512 {
  static constexpr int kWords = kPairWords;
  static Vector multiply_add(Vector a, Vector b, Vector c) {
    return _mm512_dpbf16_ps(c, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
  }
  static void store_words(float* to, Vector value) {
    const __m256bh pairs = _mm512_cvtneps_pbh(value);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), reinterpret_cast<__m256i>(pairs));
  }
};

}  // namespace

constexpr Kernels kAvx512Bf16Kernels = kernels<Bf16>("AVX512-BF16");

}  // namespace verger::fused
