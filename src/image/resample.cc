// SPDX-License-Identifier: Apache-2.0
#include "image/resample.h"

#include <algorithm>

namespace verger {

namespace {

uint8_t to_byte(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> ResampleWeights::kPrecisionBits, 0, 255));
}

#if defined(__x86_64__)
const bool kHasAvx2 = __builtin_cpu_supports("avx2") != 0;
#endif

}  // namespace

void resample_row_portable(const uint8_t* from, const ResampleWeights& weights, int width,
                           uint8_t* to) {
  for (int x = 0; x < width; ++x, to += 3) {
    const uint8_t* pixel = from + 3 * static_cast<std::ptrdiff_t>(weights.first(x));
    const int32_t* const weight = weights.weights(x);
    int32_t sums[3] = {ResampleWeights::kHalf, ResampleWeights::kHalf, ResampleWeights::kHalf};
    for (int t = 0; t < weights.count(x); ++t, pixel += 3) {
      for (int c = 0; c < 3; ++c) sums[c] += pixel[c] * weight[t];
    }
    for (int c = 0; c < 3; ++c) to[c] = to_byte(sums[c]);
  }
}

void resample_column_portable(const uint8_t* from, const ResampleWeights& weights, int y,
                              std::size_t begin, std::size_t size, uint8_t* to) {
  const uint8_t* const top = from + size * static_cast<std::size_t>(weights.first(y));
  const int32_t* const weight = weights.weights(y);
  for (std::size_t x = begin; x < size; ++x) {
    int32_t sum = ResampleWeights::kHalf;
    const uint8_t* sample = top + x;
    for (int t = 0; t < weights.count(y); ++t, sample += size) sum += *sample * weight[t];
    to[x] = to_byte(sum);
  }
}

void resample_row(const uint8_t* from, const ResampleWeights& weights, int width, uint8_t* to) {
#if defined(__x86_64__)
  if (kHasAvx2) return resample_row_avx2(from, weights, width, to);
#endif
  resample_row_portable(from, weights, width, to);
}

void resample_column(const uint8_t* from, const ResampleWeights& weights, int y, std::size_t size,
                     uint8_t* to) {
#if defined(__x86_64__)
  if (kHasAvx2) return resample_column_avx2(from, weights, y, size, to);
#endif
  resample_column_portable(from, weights, y, 0, size, to);
}

}  // namespace verger
