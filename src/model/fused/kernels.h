// SPDX-License-Identifier: Apache-2.0
// The innermost loops of the fused engine, once for every instruction set.
//
// A tensor is stored in groups of 16 channels: element (group, place, channel) is at
// group · stride + place · 16 + channel, so that the kernels' addresses do not depend on its shape.
// Channels beyond the last are zeros. Every element is one chain of fused multiply-adds from its
// bias on, over the taps and input channels in order: no instruction set can change its bits.
//
// Include nothing here that brings inline functions: each set's file is compiled for that set, and
// the linker may keep any file's copy of them, for processors that lack the set.
#pragma once

#include <cstddef>

namespace verger::fused {

inline constexpr int kGroup = 16;       // channels
inline constexpr int kPanelGroups = 2;  // a tile of 32 outputs has so many
inline constexpr int kPairWords = 8;   // a group has so many in bfloat16: a word holds two channels
inline constexpr int kTileWords = 16;  // words a row of a tile; a tile of weights has 16 rows too
inline constexpr int kStemWords = 6;   // from one place's taps to the next's: two columns of three
inline constexpr int kTilePlaces = 14;  // every row is a multiple of it, but for those of 7 places

// How pointwise() takes a tensor: as runs of `groups` groups, each of `words` words a place.
//
// A word is a float or a pair of bfloat16, of the channels 2i and 2i + 1, the first in its lower
// half. Where values are split, the second half of a run's words has what rounding to the first
// half's left over. A half of the last run that no group fills is zeros.
struct Layout {
  int groups;
  int words;
  bool has_pairs;
  bool is_split;
  int panel_groups = kPanelGroups;  // groups of outputs whose weights lie together
};
inline constexpr Layout kFloats{1, kGroup, false, false};
// For tiles of one group: its weights alone, line after line, are what a small cache is to hold.
inline constexpr Layout kNarrowFloats{1, kGroup, false, false, 1};
inline constexpr Layout kPairs{1, kPairWords, true, false};
inline constexpr Layout kTilePairs{2, kTileWords, true, false};
inline constexpr Layout kSplitTilePairs{2, 2 * kTileWords, true, true};

// out = clamp(bias + Σ in · weight) + residual, for places that lie one after another.
//
// The sum runs over `runs` runs of `run_length` words (the last: last_length); that of place p
// starts at in + run · in_stride + p · pixel, where `pixel` is Layout::words for a tensor and
// kStemWords for the stem (a run is a kernel's row, a word a float). Split values are summed as
// upper · upper + upper · rest + rest · upper.
struct Pointwise {
  const float* in;
  std::ptrdiff_t in_stride;
  int runs;
  int run_length;
  int last_length;
  const float* weights;  // panels of Layout::panel_groups groups (the last may have fewer): run by
                         // run, word by word, the outputs' weights
  std::ptrdiff_t group_weights;  // from the weights of a panel of one group to the next
  const float* bias;             // one an output
  float* out;
  std::ptrdiff_t out_stride;
  int groups;   // how many the outputs make
  int outputs;  // what is beyond them in the last group has weights of zeros
  int places;   // a multiple of 7
  bool relu6;
  const float* residual;  // null: none; of out's shape
  std::ptrdiff_t residual_stride;
};

// One row of a 3×3 depthwise convolution with ReLU6, for all groups. It writes what pointwise()
// takes.
struct Depthwise {
  const float* rows[3];  // the kernel's rows first … first + count − 1 meet these
  int first;
  int count;
  std::ptrdiff_t in_stride;
  int stride;            // 1: one column of zeros on either side; 2: one on the right alone
  const float* weights;  // group by group, tap by tap
  const float* bias;
  float* out;
  std::ptrdiff_t out_stride;  // from one run to the next
  int groups;
  int width;  // the output's, a multiple of 7
};

// A tensor of floats as pointwise() takes it, each value rounded to the nearest, ties to even.
struct Narrowing {
  const float* in;
  int groups;
  int places;
  float* out;  // run after run
};

struct Kernels {
  const char* name;
  Layout layout;
  void (*pointwise)(const Pointwise&);
  void (*stem)(const Pointwise&);
  void (*depthwise)(const Depthwise&);
  // means[g · 16 + c] = (Σ over places, in order) / places
  void (*mean)(const float* in, std::ptrdiff_t in_stride, int groups, int places, float* means);
  void (*narrow)(const Narrowing&);  // null where a word is a float
  const Kernels* first;              // those of the first block; null: these
};

extern const Kernels kPortableKernels;
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
extern const Kernels kNeonKernels;
extern const Kernels kAvx512Bf16Kernels;
extern const Kernels kAmxBf16Kernels;
extern const Kernels kAmxF32x3Kernels;

}  // namespace verger::fused
