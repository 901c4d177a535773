// SPDX-License-Identifier: Apache-2.0
#include "image/column_filter.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define VERGER_AVX2 __attribute__((target("avx2")))

namespace verger {

namespace {

constexpr std::size_t kVectors = 4;
constexpr std::size_t kLanes = 8;

VERGER_AVX2 inline __m256i load_8_as_int32(const uint8_t* from) {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
}

VERGER_AVX2 inline void store_bytes(__m256i (&sums)[kVectors], uint8_t* to) {
  for (__m256i& sum : sums) sum = _mm256_srai_epi32(sum, ResampleWeights::kPrecisionBits);
  const __m256i bytes = _mm256_packus_epi16(_mm256_packs_epi32(sums[0], sums[1]),
                                            _mm256_packs_epi32(sums[2], sums[3]));
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);  // packing mixes the halves
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_permutevar8x32_epi32(bytes, order));
}

}  // namespace

VERGER_AVX2 void filter_columns_avx2(const WeightedRows& rows, std::size_t size,
                                     const ColumnSums& sums) {
  constexpr std::size_t kBlock = kVectors * kLanes;
  std::size_t x = 0;
  for (; x + kBlock <= size; x += kBlock) {
    __m256i block[kVectors];
    for (std::size_t i = 0; i < kVectors; ++i) {
      block[i] =
          sums.before == nullptr
              ? _mm256_set1_epi32(ResampleWeights::kHalf)
              : _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums.before + x + i * kLanes));
    }
    const uint8_t* samples = rows.first + x;
    for (int t = 0; t < rows.count; ++t, samples += rows.stride) {
      const __m256i weight = _mm256_set1_epi32(rows.weights[t]);
      for (std::size_t i = 0; i < kVectors; ++i) {
        const __m256i products = _mm256_mullo_epi32(load_8_as_int32(samples + i * kLanes), weight);
        block[i] = _mm256_add_epi32(block[i], products);
      }
    }
    if (sums.after == nullptr) {
      store_bytes(block, sums.to + x);
      continue;
    }
    for (std::size_t i = 0; i < kVectors; ++i) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums.after + x + i * kLanes), block[i]);
    }
  }
  filter_columns_plainly(rows, x, size, sums);
}

}  // namespace verger

#endif
