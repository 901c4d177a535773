// SPDX-License-Identifier: Apache-2.0
#include "model/fused/simulated_tiles.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>

#include "model/fused/kernels_tiles.h"
#include "model/fused/network.h"

namespace verger::fused {

namespace {

// What is too small for a normal number is zero to these instructions.
float flushed(float value) {
  return std::fabs(value) < std::numeric_limits<float>::min() ? std::copysign(0.0F, value) : value;
}

// As vcvtneps2bf16 rounds: to the nearest, ties to even.
uint32_t narrowed(float value) {
  const auto bits = std::bit_cast<uint32_t>(flushed(value));
  if (std::isnan(value)) return bits >> 16 | 0x40;
  return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

float widened(uint32_t bfloat16) { return std::bit_cast<float>(bfloat16 << 16); }

struct Lanes {
  using Vector = std::array<float, kGroup>;
  static constexpr int kLanes = kGroup;
  static constexpr int kMaxPlaces = 1;
  static constexpr int kTileGroups = 1;

  template <class Function>
  static Vector each(const Function& value_of) {
    Vector made;
    for (std::size_t i = 0; i < kGroup; ++i) made[i] = value_of(i);
    return made;
  }
  static Vector load(const float* from) {
    return each([&](std::size_t i) { return from[i]; });
  }
  static Vector broadcast(float value) {
    return each([&](std::size_t) { return value; });
  }
  static Vector fused(const Vector& a, const Vector& b, const Vector& c) {
    return each([&](std::size_t i) { return std::fma(a[i], b[i], c[i]); });
  }
  static Vector add(const Vector& a, const Vector& b) {
    return each([&](std::size_t i) { return a[i] + b[i]; });
  }
  static Vector divide(const Vector& a, const Vector& b) {
    return each([&](std::size_t i) { return a[i] / b[i]; });
  }
  static Vector larger(const Vector& a, const Vector& b) {
    return each([&](std::size_t i) { return a[i] > b[i] ? a[i] : b[i]; });
  }
  static Vector smaller(const Vector& a, const Vector& b) {
    return each([&](std::size_t i) { return a[i] < b[i] ? a[i] : b[i]; });
  }
  static void keep(Vector&) {}
  static void store(float* to, const Vector& value) { std::copy(value.begin(), value.end(), to); }

  static void store_words(float* to, const Vector& value) {
    for (std::size_t i = 0; i < kPairWords; ++i) {
      to[i] = std::bit_cast<float>(narrowed(value[2 * i]) | narrowed(value[2 * i + 1]) << 16);
    }
  }
};

struct Bf16 : Lanes {
  static constexpr Layout kLayout = kTilePairs;
};

struct F32x3 : Lanes {
  static constexpr Layout kLayout = kSplitTilePairs;
  static void store_words(float* to, const Vector& value) {
    Lanes::store_words(to, value);
    Lanes::store_words(to + kTileWords,
                       each([&](std::size_t i) { return value[i] - widened(narrowed(value[i])); }));
  }
};

// As Intel's manual describes each instruction (Architecture Instruction Set Extensions
// Programming Reference, chapter 3).
class SoftwareTiles {
 public:
  static void configure(int rows) {
    assert(rows >= 1 && rows <= kTileWords);
    for (std::size_t tile = 0; tile < 8; ++tile) tiles[tile] = {tile < 6 ? rows : kTileWords, {}};
  }
  template <int kTile>
  static void load(const float* from, std::ptrdiff_t stride) {
    for (int r = 0; r < tiles[kTile].rows; ++r) std::copy_n(from + r * stride, 16, row(kTile, r));
  }
  template <int kTile>
  static void store(float* to, std::ptrdiff_t stride) {
    for (int r = 0; r < tiles[kTile].rows; ++r) std::copy_n(row(kTile, r), 16, to + r * stride);
  }
  // The first products of all pairs in one chain, the second in another, then both to the sums.
  template <int kSums, int kPlaces, int kWeights>
  static void multiply_add() {
    for (int r = 0; r < tiles[kSums].rows; ++r) {
      float chains[2][kTileWords] = {};
      for (int i = 0; i < kTileWords; ++i) {
        const auto pair = std::bit_cast<uint32_t>(row(kPlaces, r)[i]);
        const float* weights = row(kWeights, i);
        for (int c = 0; c < kTileWords; ++c) {
          const auto weight = std::bit_cast<uint32_t>(weights[c]);
          chains[0][c] = added(product(pair & 0xffff, weight & 0xffff), chains[0][c]);
          chains[1][c] = added(product(pair >> 16, weight >> 16), chains[1][c]);
        }
      }
      float* const sums = row(kSums, r);
      for (int c = 0; c < kTileWords; ++c) {
        sums[c] = added(flushed(sums[c]), added(chains[0][c], chains[1][c]));
      }
    }
  }
  static void release() { tiles = {}; }

 private:
  struct Tile {
    int rows;
    float words[kTileWords * kTileWords];
  };

  static float* row(std::size_t tile, int row) { return tiles[tile].words + row * kTileWords; }
  static float added(float a, float b) { return flushed(a + b); }
  // A float holds the product of two bfloat16 exactly, so that adding it is a fused operation.
  static float product(uint32_t a, uint32_t b) { return flushed(widened(a)) * flushed(widened(b)); }

  static thread_local std::array<Tile, 8> tiles;
};

thread_local std::array<SoftwareTiles::Tile, 8> SoftwareTiles::tiles;

}  // namespace

constexpr Kernels kSimulatedAmxBf16Kernels =
    tile_kernels<Bf16, SoftwareTiles>("simulated AMX-BF16");
constexpr Kernels kSimulatedAmxF32x3Kernels =
    tile_kernels<F32x3, SoftwareTiles>("simulated AMX-BF16 x3", &kPortableKernels);

std::vector<const Kernels*> every_tile_kernels() {
  std::vector<const Kernels*> all = {&kSimulatedAmxBf16Kernels, &kSimulatedAmxF32x3Kernels};
  for (const Precision precision : {Precision::kBf16, Precision::kF32x3}) {
    for (const Kernels* kernels : supported_kernels(precision)) {
      if (kernels->layout.groups == 2) all.push_back(kernels);
    }
  }
  return all;
}

}  // namespace verger::fused
