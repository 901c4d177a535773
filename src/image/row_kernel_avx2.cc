// SPDX-License-Identifier: Apache-2.0
#include "image/row_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstring>

#define VERGER_AVX2 __attribute__((target("avx2")))

namespace verger {

namespace {

// Weights in two parts of 16 bits, for multiplying in pairs: weight >> kSplitBits of each tap of
// the group, then the rest of each.
constexpr int kSplitBits = 11;
constexpr int kSplitTaps = 4;

void pack_split(const int32_t* weights, uint8_t* packed) {
  int16_t halves[2 * kSplitTaps];
  for (int t = 0; t < kSplitTaps; ++t) {
    halves[t] = static_cast<int16_t>(weights[t] >> kSplitBits);
    halves[kSplitTaps + t] = static_cast<int16_t>(weights[t] & ((1 << kSplitBits) - 1));
  }
  std::memcpy(packed, halves, sizeof halves);
}

VERGER_AVX2 inline __m128i load_16(const uint8_t* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

VERGER_AVX2 inline __m256i round_sums(__m256i sums) {
  const __m256i half = _mm256_set1_epi32(ResampleWeights::kHalf);
  return _mm256_srai_epi32(_mm256_add_epi32(sums, half), ResampleWeights::kPrecisionBits);
}

// Adds up both halves of each row's sums, and stores the pixel (and a byte beyond it) of each row.
VERGER_AVX2 inline void store_halves(const __m256i (&sums)[kRowBatch],
                                     const std::array<uint8_t*, kRowBatch>& to, std::size_t at) {
  const __m256i rows_01 = _mm256_add_epi32(_mm256_permute2x128_si256(sums[0], sums[1], 0x20),
                                           _mm256_permute2x128_si256(sums[0], sums[1], 0x31));
  const __m256i rows_23 = _mm256_add_epi32(_mm256_permute2x128_si256(sums[2], sums[3], 0x20),
                                           _mm256_permute2x128_si256(sums[2], sums[3], 0x31));
  const __m256i words = _mm256_packs_epi32(round_sums(rows_01), round_sums(rows_23));
  const __m256i bytes = _mm256_packus_epi16(words, words);
  const __m128i rows_02 = _mm256_castsi256_si128(bytes);
  const __m128i rows_13 = _mm256_extracti128_si256(bytes, 1);
  const int pixels[kRowBatch] = {_mm_cvtsi128_si32(rows_02), _mm_cvtsi128_si32(rows_13),
                                 _mm_extract_epi32(rows_02, 1), _mm_extract_epi32(rows_13, 1)};
#pragma GCC unroll 4
  for (std::size_t r = 0; r < kRowBatch; ++r) std::memcpy(to[r] + at, &pixels[r], sizeof pixels[r]);
}

// Four pixels at a time are spread to 16-bit (red, red), (green, green), (blue, blue) of the taps
// 0, 1 in the lower half and 2, 3 in the upper, for vpmaddwd with the pairs of weights.
VERGER_AVX2 void filter_split(const PackedWeights& weights, Rows<const uint8_t> from_rows, int rows,
                              Rows<uint8_t> to_rows) {
  const __m256i spread =
      _mm256_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1, 6, -1, 9, -1, 7,
                       -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);
  const __m256i high_pairs = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
  const __m256i low_pairs = _mm256_setr_epi32(2, 2, 2, 2, 3, 3, 3, 3);
  const auto from = batch_of(from_rows, rows);
  const auto to = batch_of(to_rows, rows);
  for (std::size_t x = 0; x < weights.outputs.size(); ++x) {
    const auto [first, groups, offset] = weights.outputs[x];
    const uint8_t* packed = weights.packed.data() + offset;
    std::size_t at = 3 * static_cast<std::size_t>(first);
    __m256i high[kRowBatch];
    __m256i low[kRowBatch];
#pragma GCC unroll 4
    for (std::size_t r = 0; r < kRowBatch; ++r) high[r] = low[r] = _mm256_setzero_si256();
    for (int g = 0; g < groups; ++g, at += 3 * kSplitTaps, packed += 4 * kSplitTaps) {
      const __m256i both = _mm256_castsi128_si256(load_16(packed));
      const __m256i high_weights = _mm256_permutevar8x32_epi32(both, high_pairs);
      const __m256i low_weights = _mm256_permutevar8x32_epi32(both, low_pairs);
#pragma GCC unroll 4
      for (std::size_t r = 0; r < kRowBatch; ++r) {
        const __m256i four = _mm256_broadcastsi128_si256(load_16(from[r] + at));
        const __m256i samples = _mm256_shuffle_epi8(four, spread);
        high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(samples, high_weights));
        low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(samples, low_weights));
      }
    }
#pragma GCC unroll 4
    for (std::size_t r = 0; r < kRowBatch; ++r) {
      low[r] = _mm256_add_epi32(_mm256_slli_epi32(high[r], kSplitBits), low[r]);
    }
    store_halves(low, to, 3 * x);
  }
}

}  // namespace

const RowKernel kAvx2RowKernel = {.name = "AVX2",
                                  .least_shrinking = 0,
                                  .group_taps = kSplitTaps,
                                  .group_size = 4 * kSplitTaps,
                                  .pack_group = pack_split,
                                  .filter = filter_split};

}  // namespace verger

#endif
