// SPDX-License-Identifier: Apache-2.0
// The dense products by tiles, for processors that multiply whole tiles of bfloat16: included by
// such an instruction set's own file alone.
#pragma once

#include "model/fused/kernels_impl.h"

namespace verger::fused {

// Tiles: eight of them, each of up to 16 rows of 16 words, and
//   configure(rows): tiles 0 … 5 get `rows` rows, 6 and 7 all 16;
//   load<tile>(from, stride), store<tile>(to, stride): stride in words from one row to the next;
//   multiply_add<sums, places, weights>(): sums[p][c] += Σ over words i of both products of
//     places[p][i] and weights[i][c];
//   release(): forget them all, since what a tile holds is saved when a thread is interrupted.
//
// Tiles 0 … 3 hold the sums of up to two tiles of places by up to two groups of outputs (an
// instruction's result is late: four are in flight), 4 and 5 the places, 6 and 7 the weights.

template <class Tiles, bool kTwo>
void load_tiles_of_places(const float* first, const float* second, int words) {
  Tiles::template load<4>(first, words);
  if constexpr (kTwo) Tiles::template load<5>(second, words);
}

template <class Tiles, int kGroups>
void load_tiles_of_weights(const float* weights) {
  Tiles::template load<6>(weights, kGroups * kGroup);
  if constexpr (kGroups == 2) Tiles::template load<7>(weights + kGroup, kGroups * kGroup);
}

template <class Tiles, bool kTwo, int kGroups>
void multiply_add_tiles() {
  Tiles::template multiply_add<0, 4, 6>();
  if constexpr (kTwo) Tiles::template multiply_add<1, 5, 6>();
  if constexpr (kGroups == 2) Tiles::template multiply_add<2, 4, 7>();
  if constexpr (kTwo && kGroups == 2) Tiles::template multiply_add<3, 5, 7>();
}

// A tile of one group's sums, from their bias to the output.
template <class Simd, class Tiles, int kTile>
void finish_sums(const Pointwise& job, int group, int place, int rows) {
  const std::ptrdiff_t offset = static_cast<std::ptrdiff_t>(place) * kGroup;
  float* const out = job.out + group * job.out_stride + offset;
  const float* residual = job.residual;
  if (residual != nullptr) residual += group * job.residual_stride + offset;
  Tiles::template store<kTile>(out, kGroup);
  for (int i = 0; i < rows * kGroup; i += Simd::kLanes) {
    typename Simd::Vector value = Simd::load(out + i);
    if (job.relu6) value = relu6<Simd>(value);
    if (residual != nullptr) value = Simd::add(value, Simd::load(residual + i));
    Simd::store(out + i, value);
  }
}

// Where a job's tiles of places begin, and how long each is. The last may overlap the one before:
// what both have is computed twice, to the same bits. It is no harm that the output is used as
// scratch between the sums and ReLU6, since nothing is read from it that was not just stored, and
// the residual lies in another tensor.
struct PlaceTiles {
  int count;
  int rows;
  int places;
};

template <class Tiles>
int first_place(const PlaceTiles& tiles, int tile) {
  return tile + 1 < tiles.count ? tile * tiles.rows : tiles.places - tiles.rows;
}

// kTwo tiles of places, from the `tile`th on, by kGroups groups of outputs.
template <class Simd, class Tiles, bool kTwo, int kGroups>
void run_tiles(const Pointwise& job, const float* weights, int group, const PlaceTiles& tiles,
               int tile) {
  constexpr int kWords = Simd::kLayout.words;
  constexpr int kWeightWords = kGroups * kGroup;  // that meet one word of a place
  const float* const bias = job.bias + group * kGroup;
  Tiles::template load<0>(bias, 0);
  if constexpr (kTwo) Tiles::template load<1>(bias, 0);
  if constexpr (kGroups == 2) Tiles::template load<2>(bias + kGroup, 0);
  if constexpr (kTwo && kGroups == 2) Tiles::template load<3>(bias + kGroup, 0);
  const int start = first_place<Tiles>(tiles, tile);
  const int second = kTwo ? first_place<Tiles>(tiles, tile + 1) : start;
  for (int run = 0; run < job.runs; ++run, weights += kWords * kWeightWords) {
    const float* const in = job.in + run * job.in_stride + start * kWords;
    const float* const next = job.in + run * job.in_stride + second * kWords;
    load_tiles_of_places<Tiles, kTwo>(in, next, kWords);
    load_tiles_of_weights<Tiles, kGroups>(weights);
    multiply_add_tiles<Tiles, kTwo, kGroups>();
    if constexpr (Simd::kLayout.is_split) {
      load_tiles_of_weights<Tiles, kGroups>(weights + kTileWords * kWeightWords);
      multiply_add_tiles<Tiles, kTwo, kGroups>();
      load_tiles_of_places<Tiles, kTwo>(in + kTileWords, next + kTileWords, kWords);
      load_tiles_of_weights<Tiles, kGroups>(weights);
      multiply_add_tiles<Tiles, kTwo, kGroups>();
    }
  }
  finish_sums<Simd, Tiles, 0>(job, group, start, tiles.rows);
  if constexpr (kTwo) finish_sums<Simd, Tiles, 1>(job, group, second, tiles.rows);
  if constexpr (kGroups == 2) finish_sums<Simd, Tiles, 2>(job, group + 1, start, tiles.rows);
  if constexpr (kTwo && kGroups == 2) {
    finish_sums<Simd, Tiles, 3>(job, group + 1, second, tiles.rows);
  }
}

template <class Simd, class Tiles, int kGroups>
void run_tile_panel(const Pointwise& job, const float* weights, int group,
                    const PlaceTiles& tiles) {
  int tile = 0;
  for (; tile + 1 < tiles.count; tile += 2) {
    run_tiles<Simd, Tiles, true, kGroups>(job, weights, group, tiles, tile);
  }
  if (tile < tiles.count) {
    run_tiles<Simd, Tiles, false, kGroups>(job, weights, group, tiles, tile);
  }
}

// As few tiles of places as can be, of equal length: an instruction's time grows with its rows.
template <class Simd, class Tiles>
void run_pointwise_tiles(const Pointwise& job) {
  constexpr int kMostRows = 16;
  const int count = (job.places + kMostRows - 1) / kMostRows;
  const PlaceTiles tiles{count, (job.places + count - 1) / count, job.places};
  Tiles::configure(tiles.rows);
  for (int g = 0; g < job.groups; g += kPanelGroups) {
    if (g + 1 < job.groups) {
      run_tile_panel<Simd, Tiles, 2>(job, job.weights + g * job.group_weights, g, tiles);
    } else {
      run_tile_panel<Simd, Tiles, 1>(job, job.weights + g * job.group_weights, g, tiles);
    }
  }
  Tiles::release();
}

template <class Simd, class Tiles>
constexpr Kernels tile_kernels(const char* name, const Kernels* first = nullptr) {
  return kernels<Simd>(name, &run_pointwise_tiles<Simd, Tiles>, first);
}

}  // namespace verger::fused
