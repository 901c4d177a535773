// SPDX-License-Identifier: Apache-2.0
#include "image/row_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstring>

#define VERGER_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")))

namespace verger {

namespace {

constexpr int kDigitTaps = 16;

// A weight is three digits of base 256, each from -128 to 127, the least first.
constexpr std::size_t kDigits = 3;

void pack_digits(const int32_t* weights, uint8_t* packed) {
  for (std::size_t t = 0; t < kDigitTaps; ++t) {
    int32_t rest = weights[t];
    for (std::size_t d = 0; d < kDigits; ++d) {
      const auto digit = static_cast<int8_t>(rest);
      packed[d * kDigitTaps + t] = static_cast<uint8_t>(digit);
      rest = (rest - digit) >> 8;
    }
  }
}

// For each quarter of a register the red of four pixels, their green, their blue, and blue again.
alignas(64) constexpr uint8_t kSpread[64] = {
    0,  3,  6,  9,  1,  4,  7,  10, 2,  5,  8,  11, 2,  5,  8,  11, 12, 15, 18, 21, 13, 16,
    19, 22, 14, 17, 20, 23, 14, 17, 20, 23, 24, 27, 30, 33, 25, 28, 31, 34, 26, 29, 32, 35,
    26, 29, 32, 35, 36, 39, 42, 45, 37, 40, 43, 46, 38, 41, 44, 47, 38, 41, 44, 47};

VERGER_AVX512 inline __m512i add_halves(__m512i a, __m512i b) {
  return _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, 0x44), _mm512_shuffle_i32x4(a, b, 0xEE));
}

// Adds up the quarters of each row's sums, and stores the pixel (and a byte beyond it) of each row.
VERGER_AVX512 inline void store_quarters(const __m512i (&sums)[kRowBatch],
                                         const std::array<uint8_t*, kRowBatch>& to,
                                         std::size_t at) {
  const __m512i rows_01 = add_halves(sums[0], sums[1]);
  const __m512i rows_23 = add_halves(sums[2], sums[3]);
  __m512i rows = _mm512_add_epi32(_mm512_shuffle_i32x4(rows_01, rows_23, 0x88),
                                  _mm512_shuffle_i32x4(rows_01, rows_23, 0xDD));
  rows = _mm512_add_epi32(rows, _mm512_set1_epi32(ResampleWeights::kHalf));
  rows = _mm512_srai_epi32(rows, ResampleWeights::kPrecisionBits);
  rows = _mm512_max_epi32(rows, _mm512_setzero_si512());
  alignas(16) int pixels[kRowBatch];
  _mm_store_si128(reinterpret_cast<__m128i*>(pixels), _mm512_cvtusepi32_epi8(rows));
#pragma GCC unroll 4
  for (std::size_t r = 0; r < kRowBatch; ++r) std::memcpy(to[r] + at, &pixels[r], sizeof pixels[r]);
}

// Sixteen pixels at a time, four taps of a colour for each vpdpbusd with four weights.
VERGER_AVX512 void filter_digits(const PackedWeights& weights, Rows<const uint8_t> from_rows,
                                 int rows, Rows<uint8_t> to_rows) {
  const __m512i spread = _mm512_load_si512(kSpread);
  const __m512i quarters = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
  const auto from = batch_of(from_rows, rows);
  const auto to = batch_of(to_rows, rows);
  for (std::size_t x = 0; x < weights.outputs.size(); ++x) {
    const auto [first, groups, offset] = weights.outputs[x];
    const uint8_t* packed = weights.packed.data() + offset;
    std::size_t at = 3 * static_cast<std::size_t>(first);
    __m512i sums[kDigits][kRowBatch];
#pragma GCC unroll 4
    for (std::size_t r = 0; r < kRowBatch; ++r) {
#pragma GCC unroll 3
      for (std::size_t d = 0; d < kDigits; ++d) sums[d][r] = _mm512_setzero_si512();
    }
    for (int g = 0; g < groups; ++g, at += 3 * kDigitTaps) {
      __m512i digits[kDigits];
#pragma GCC unroll 3
      for (std::size_t d = 0; d < kDigits; ++d, packed += kDigitTaps) {
        const __m128i taps = _mm_loadu_si128(reinterpret_cast<const __m128i*>(packed));
        digits[d] = _mm512_permutexvar_epi32(quarters, _mm512_castsi128_si512(taps));
      }
#pragma GCC unroll 4
      for (std::size_t r = 0; r < kRowBatch; ++r) {
        const __m512i samples = _mm512_permutexvar_epi8(spread, _mm512_loadu_si512(from[r] + at));
#pragma GCC unroll 3
        for (std::size_t d = 0; d < kDigits; ++d) {
          sums[d][r] = _mm512_dpbusd_epi32(sums[d][r], samples, digits[d]);
        }
      }
    }
#pragma GCC unroll 4
    for (std::size_t r = 0; r < kRowBatch; ++r) {
      const __m512i upper = _mm512_add_epi32(_mm512_slli_epi32(sums[2][r], 8), sums[1][r]);
      sums[0][r] = _mm512_add_epi32(_mm512_slli_epi32(upper, 8), sums[0][r]);
    }
    store_quarters(sums[0], to, 3 * x);
  }
}

}  // namespace

const RowKernel kAvx512RowKernel = {.name = "AVX-512",
                                    .least_shrinking = 2,
                                    .group_taps = kDigitTaps,
                                    .group_size = kDigits * kDigitTaps,
                                    .pack_group = pack_digits,
                                    .filter = filter_digits};

}  // namespace verger

#endif
