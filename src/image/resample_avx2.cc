// SPDX-License-Identifier: Apache-2.0
#include "image/resample.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstring>

#define VERGER_AVX2 __attribute__((target("avx2")))

namespace verger {

namespace {

constexpr int kPrecisionBits = ResampleWeights::kPrecisionBits;

// Loads that need no alignment.
VERGER_AVX2 inline __m128i load_16(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}
VERGER_AVX2 inline __m256i load_8_as_int32(const uint8_t* from) {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
}

// The sum over one output's taps, as the pixel's bytes in the low 24 bits. Four pixels at a time
// are spread to 16-bit (red, red), (green, green), (blue, blue) of the taps 0, 1 in the lower half
// and 2, 3 in the upper, for vpmaddwd with the pairs of split weights.
VERGER_AVX2 inline int resample_pixel(const uint8_t* pixels, const int16_t* split, int groups) {
  const __m256i spread =
      _mm256_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1, 6, -1, 9, -1, 7,
                       -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);
  const __m256i high_pairs = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
  const __m256i low_pairs = _mm256_setr_epi32(2, 2, 2, 2, 3, 3, 3, 3);
  __m256i high = _mm256_setzero_si256();
  __m256i low = _mm256_setzero_si256();
  for (int g = 0; g < groups; ++g, pixels += 12, split += 8) {
    const __m256i weights = _mm256_castsi128_si256(load_16(split));
    const __m256i four = _mm256_broadcastsi128_si256(load_16(pixels));
    const __m256i samples = _mm256_shuffle_epi8(four, spread);
    const __m256i high_weights = _mm256_permutevar8x32_epi32(weights, high_pairs);
    const __m256i low_weights = _mm256_permutevar8x32_epi32(weights, low_pairs);
    high = _mm256_add_epi32(high, _mm256_madd_epi16(samples, high_weights));
    low = _mm256_add_epi32(low, _mm256_madd_epi16(samples, low_weights));
  }
  const __m256i halves =
      _mm256_add_epi32(_mm256_slli_epi32(high, ResampleWeights::kSplitBits), low);
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
  sum = _mm_srai_epi32(_mm_add_epi32(sum, _mm_set1_epi32(ResampleWeights::kHalf)), kPrecisionBits);
  sum = _mm_packs_epi32(sum, sum);
  return _mm_cvtsi128_si32(_mm_packus_epi16(sum, sum));
}

}  // namespace

VERGER_AVX2 void resample_row_avx2(const uint8_t* from, const ResampleWeights& weights, int width,
                                   uint8_t* to) {
  constexpr int kGroup = ResampleWeights::kGroupTaps;
  for (int x = 0; x < width; ++x, to += 3) {
    const int groups = (weights.count(x) + kGroup - 1) / kGroup;
    const int pixel = resample_pixel(from + 3 * static_cast<std::ptrdiff_t>(weights.first(x)),
                                     weights.split_weights(x), groups);
    // Four bytes are quicker than three; the next pixel overwrites the last of them.
    std::memcpy(to, &pixel, x + 1 < width ? 4 : 3);
  }
}

VERGER_AVX2 void resample_column_avx2(const uint8_t* from, const ResampleWeights& weights, int y,
                                      std::size_t size, uint8_t* to) {
  constexpr std::size_t kBlock = 32;
  const uint8_t* const top = from + size * static_cast<std::size_t>(weights.first(y));
  const int32_t* const weight = weights.weights(y);
  const int count = weights.count(y);
  std::size_t x = 0;
  for (; x + kBlock <= size; x += kBlock) {
    __m256i sums[4];
    for (__m256i& sum : sums) sum = _mm256_set1_epi32(ResampleWeights::kHalf);
    const uint8_t* samples = top + x;
    for (int t = 0; t < count; ++t, samples += size) {
      const __m256i w = _mm256_set1_epi32(weight[t]);
      for (int i = 0; i < 4; ++i) {
        const __m256i products = _mm256_mullo_epi32(load_8_as_int32(samples + 8 * i), w);
        sums[i] = _mm256_add_epi32(sums[i], products);
      }
    }
    for (__m256i& sum : sums) sum = _mm256_srai_epi32(sum, kPrecisionBits);
    const __m256i bytes = _mm256_packus_epi16(_mm256_packs_epi32(sums[0], sums[1]),
                                              _mm256_packs_epi32(sums[2], sums[3]));
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);  // packing mixes the halves
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + x),
                        _mm256_permutevar8x32_epi32(bytes, order));
  }
  resample_column_portable(from, weights, y, x, size, to);
}

}  // namespace verger

#endif
