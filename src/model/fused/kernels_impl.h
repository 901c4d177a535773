// SPDX-License-Identifier: Apache-2.0
// The kernels, written for any vector: included by each instruction set's own file alone.
#pragma once

#include "model/fused/kernels.h"
#include "model/fused/kernels_simd.h"

namespace verger::fused {

// Where one tile of a Pointwise lies.
struct TilePlace {
  const float* in;
  const float* weights;
  int weights_stride;  // from one input to the next
  const float* bias;
  float* out;
  const float* residual;
};

// What a group has beyond its last vector of sums is zeros. kRelu6Alone: ReLU6 follows the sums,
// and nothing else.
template <class Simd, int kPlaces, int kVectors, bool kRelu6Alone>
[[gnu::always_inline]] inline void store_tile(const Pointwise& job, const TilePlace& at,
                                              const Sums<Simd, kPlaces, kVectors>& sum) {
  constexpr int kGroups = (kVectors + kPerGroup<Simd> - 1) / kPerGroup<Simd>;
#pragma GCC unroll 16
  for (int g = 0; g < kGroups; ++g) {
    float* const out = at.out + g * job.out_stride;
    const float* const residual =
        at.residual == nullptr ? nullptr : at.residual + g * job.residual_stride;
#pragma GCC unroll 16
    for (int p = 0; p < kPlaces; ++p) {
#pragma GCC unroll 16
      for (int v = 0; v < kPerGroup<Simd>; ++v) {
        const int vector = g * kPerGroup<Simd> + v;
        const int offset = p * kGroup + v * Simd::kLanes;
        typename Simd::Vector value = Simd::broadcast(0.0F);
        if (vector < kVectors) {
          value = sum[p][vector];
          if (kRelu6Alone || job.relu6) value = relu6<Simd>(value);
          if (!kRelu6Alone && residual != nullptr)
            value = Simd::add(value, Simd::load(residual + offset));
        }
        Simd::store(out + offset, value);
      }
    }
  }
}

// After an expansion that is asked once a tile: asked once a vector, it would show, since the
// inputs are few.
template <class Simd, int kPlaces, int kVectors>
[[gnu::always_inline]] inline void finish_tile(const Pointwise& job, const TilePlace& at,
                                               const Sums<Simd, kPlaces, kVectors>& sum) {
  if (at.residual == nullptr && job.relu6)
    return store_tile<Simd, kPlaces, kVectors, true>(job, at, sum);
  store_tile<Simd, kPlaces, kVectors, false>(job, at, sum);
}

// All sums of a tile stay in registers while the inputs go by. The bits are the same for any
// kPlaces, kVectors and kLanes: these choose which sums are side by side, while each begins with
// its bias and meets its inputs in order, one multiply-add each.
//
// Inlined, with what calls it, since the first tiles of a network are so short that a call shows.
template <class Simd, int kPixel, int kPlaces, int kVectors>
[[gnu::always_inline]] inline void run_tile(const Pointwise& job, const TilePlace& at) {
  Sums<Simd, kPlaces, kVectors> sum;
#pragma GCC unroll 16
  for (int v = 0; v < kVectors; ++v) {
    const typename Simd::Vector bias = Simd::load(at.bias + v * Simd::kLanes);
#pragma GCC unroll 16
    for (int p = 0; p < kPlaces; ++p) sum[p][v] = bias;
  }
  const float* weights = at.weights;
  for (int run = 0; run < job.runs; ++run) {
    const float* in = at.in + run * job.in_stride;
    const float* const end = in + (run + 1 < job.runs ? job.run_length : job.last_length);
#pragma GCC unroll 1
    for (; in != end; ++in, weights += at.weights_stride) {
      Vectors<Simd, kVectors> column;
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) {
        column[v] = Simd::load(weights + v * Simd::kLanes);
        Simd::keep(column[v]);
      }
#pragma GCC unroll 16
      for (int p = 0; p < kPlaces; ++p) {
        const typename Simd::Vector value = Simd::broadcast(in[p * kPixel]);
#pragma GCC unroll 16
        for (int v = 0; v < kVectors; ++v) {
          if constexpr (kPixel == kStemWords) {
            sum[p][v] = Simd::fused(value, column[v], sum[p][v]);
          } else {
            sum[p][v] = Simd::multiply_add(value, column[v], sum[p][v]);
          }
        }
      }
    }
  }
  finish_tile<Simd, kPlaces, kVectors>(job, at, sum);
}

// The tile of `places` places, one of kPlaces and fewer, but for those under half of kMost.
template <class Simd, int kPixel, int kPlaces, int kMost, int kVectors>
[[gnu::always_inline]] inline void run_tile_of(int places, const Pointwise& job,
                                               const TilePlace& at) {
  if constexpr (kPlaces > kMost / 2 && kPlaces > 1) {
    if (places < kPlaces) {
      return run_tile_of<Simd, kPixel, kPlaces - 1, kMost, kVectors>(places, job, at);
    }
  }
  run_tile<Simd, kPixel, kPlaces, kVectors>(job, at);
}

// As few tiles as can be, of sizes that differ by one place at most: a small tile has too few sums
// to hide the latency of a multiply-add. Of a multiple of 7 places none has under half of kMost.
template <class Simd, int kPixel, int kVectors>
[[gnu::always_inline]] inline void run_vectors(const Pointwise& job, TilePlace at) {
  constexpr bool kHalf = kVectors < kPerGroup<Simd>;
  constexpr int kMost = kHalf ? 2 * Simd::kMaxPlaces : Simd::kMaxPlaces;
  int tiles = (job.places + kMost - 1) / kMost;
  for (int left = job.places; left > 0; --tiles) {
    const int places = (left + tiles - 1) / tiles;
    run_tile_of<Simd, kPixel, kMost, kMost, kVectors>(places, job, at);
    at.in += places * kPixel;
    at.out += places * kGroup;
    if (at.residual != nullptr) at.residual += places * kGroup;
    left -= places;
  }
}

// The second half of a panel is left out where no output is in it.
template <class Simd, int kPixel>
void run_pointwise(const Pointwise& job) {
  constexpr int kPanel = Simd::kLayout.panel_groups;
  constexpr int kWhole = kPanel * kPerGroup<Simd>;
  constexpr int kHalf = kWhole / 2;
  TilePlace at{job.in, job.weights, 0, job.bias, job.out, job.residual};
  for (int g = 0; g < job.groups; g += kPanel) {
    const int panel = job.groups - g < kPanel ? job.groups - g : kPanel;
    at.weights_stride = panel * kGroup;
    at.bias = job.bias + g * kGroup;
    at.out = job.out + g * job.out_stride;
    if (job.residual != nullptr) at.residual = job.residual + g * job.residual_stride;
    if (kHalf > 0 && job.outputs - g * kGroup <= kHalf * Simd::kLanes) {
      if constexpr (kHalf > 0) run_vectors<Simd, kPixel, kHalf>(job, at);
    } else {
      run_vectors<Simd, kPixel, kWhole>(job, at);
    }
    at.weights += job.group_weights * panel;
  }
}

// Seven columns of kLanes channels. A column of the input is loaded once, for up to three sums,
// each of which still meets its taps in order. Padding is left out: its zeros would add nothing.
template <class Simd, int kStride, bool kLeft, bool kRight>
void run_columns(const Depthwise& job, const float* const* rows, const float* weights,
                 const float* bias, float* out) {
  constexpr int kColumns = 7;
  constexpr int kInputs = (kColumns - 1) * kStride + 3;
  Vectors<Simd, kColumns> sum;
#pragma GCC unroll 16
  for (int j = 0; j < kColumns; ++j) sum[j] = Simd::load(bias);
#pragma GCC unroll 1
  for (int r = 0; r < job.count; ++r, weights += 3 * kGroup) {
    const typename Simd::Vector taps[3] = {Simd::load(weights), Simd::load(weights + kGroup),
                                           Simd::load(weights + 2 * kGroup)};
    const float* in = rows[r];
#pragma GCC unroll 16
    for (int c = kLeft ? 1 : 0; c < kInputs - (kRight ? 1 : 0); ++c) {
      typename Simd::Vector value = Simd::load(in + c * kGroup);
      Simd::keep(value);
#pragma GCC unroll 16
      for (int j = 0; j < kColumns; ++j) {
        const int tap = c - j * kStride;
        if (tap >= 0 && tap < 3) sum[j] = Simd::fused(value, taps[tap], sum[j]);
      }
    }
  }
#pragma GCC unroll 16
  for (int j = 0; j < kColumns; ++j) {
    Simd::store_words(out + j * Simd::kLayout.words, relu6<Simd>(sum[j]));
  }
}

template <class Simd, int kStride>
void run_row(const Depthwise& job, const float* const* starts, const float* weights,
             const float* bias, float* out) {
  constexpr int kStep = 7 * kStride * kGroup;
  const float* rows[3] = {starts[0], starts[1], starts[2]};
  const int blocks = job.width / 7;
  for (int b = 0; b < blocks; ++b, out += 7 * Simd::kLayout.words) {
    const bool left = kStride == 1 && b == 0;
    const bool right = b == blocks - 1;
    if (left && right) {
      run_columns<Simd, kStride, kStride == 1, true>(job, rows, weights, bias, out);
    } else if (left) {
      run_columns<Simd, kStride, kStride == 1, false>(job, rows, weights, bias, out);
    } else if (right) {
      run_columns<Simd, kStride, false, true>(job, rows, weights, bias, out);
    } else {
      run_columns<Simd, kStride, false, false>(job, rows, weights, bias, out);
    }
    for (const float*& row : rows) row += kStep;
  }
}

// Where group `group` of a tensor as pointwise() takes it starts.
template <class Simd>
float* words_of_group(float* out, std::ptrdiff_t run_stride, int group) {
  constexpr int kGroups = Simd::kLayout.groups;
  return out + group / kGroups * run_stride + group % kGroups * kPairWords;
}

// The half of the last run that no group fills.
template <class Simd>
void clear_rest(float* out, std::ptrdiff_t run_stride, int groups, int places) {
  if (groups % Simd::kLayout.groups == 0) return;
  float* to = words_of_group<Simd>(out, run_stride, groups);
  for (int p = 0; p < places; ++p) {
    Simd::store_words(to + p * Simd::kLayout.words, Simd::broadcast(0.0F));
  }
}

template <class Simd>
void run_depthwise(const Depthwise& job) {
  const int before = job.stride == 1 ? kGroup : 0;  // the column of zeros, which is never read
  for (int g = 0; g < job.groups; ++g) {
    for (int lane = 0; lane < kGroup; lane += Simd::kLanes) {
      const float* rows[3];
      for (int r = 0; r < 3; ++r) {
        rows[r] = job.rows[r < job.count ? r : 0] + g * job.in_stride + lane - before;
      }
      const float* weights = job.weights + (g * 9 + job.first * 3) * kGroup + lane;
      const float* bias = job.bias + g * kGroup + lane;
      float* out = words_of_group<Simd>(job.out, job.out_stride, g) + lane;
      if (job.stride == 1) {
        run_row<Simd, 1>(job, rows, weights, bias, out);
      } else {
        run_row<Simd, 2>(job, rows, weights, bias, out);
      }
    }
  }
  clear_rest<Simd>(job.out, job.out_stride, job.groups, job.width);
}

template <class Simd>
void run_mean(const float* in, std::ptrdiff_t in_stride, int groups, int places, float* means) {
  const typename Simd::Vector count = Simd::broadcast(static_cast<float>(places));
  for (int g = 0; g < groups; ++g) {
    for (int lane = 0; lane < kGroup; lane += Simd::kLanes) {
      const float* from = in + g * in_stride + lane;
      typename Simd::Vector sum = Simd::broadcast(0.0F);
      for (int p = 0; p < places; ++p) sum = Simd::add(sum, Simd::load(from + p * kGroup));
      Simd::store(means + g * kGroup + lane, Simd::divide(sum, count));
    }
  }
}

template <class Simd>
void run_narrow(const Narrowing& job) {
  const std::ptrdiff_t run_stride = static_cast<std::ptrdiff_t>(job.places) * Simd::kLayout.words;
  const float* in = job.in;
  for (int g = 0; g < job.groups; ++g) {
    float* out = words_of_group<Simd>(job.out, run_stride, g);
    for (int p = 0; p < job.places; ++p, in += kGroup) {
      Simd::store_words(out + p * Simd::kLayout.words, Simd::load(in));
    }
  }
  clear_rest<Simd>(job.out, run_stride, job.groups, job.places);
}

template <class Simd>
constexpr Kernels kernels(const char* name, void (*pointwise)(const Pointwise&),
                          const Kernels* first = nullptr) {
  return {name,
          Simd::kLayout,
          pointwise,
          &run_pointwise<Simd, kStemWords>,
          &run_depthwise<Simd>,
          &run_mean<Simd>,
          Simd::kLayout.has_pairs ? &run_narrow<Simd> : nullptr,
          first};
}

template <class Simd>
constexpr Kernels float32_kernels(const char* name) {
  return kernels<Float32<Simd>>(name, &run_pointwise<Float32<Simd>, kGroup>);
}

}  // namespace verger::fused
