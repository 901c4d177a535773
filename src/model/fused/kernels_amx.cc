// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "model/fused/avx512_bf16_vector.h"
#include "model/fused/kernels_tiles.h"

namespace verger::fused {

namespace {

// What ldtilecfg reads.
struct alignas(64) TileConfiguration {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {};
};
static_assert(sizeof(TileConfiguration) == 64);

// Assembly, as GCC's own functions take no template's argument and do not say which memory they
// read.
struct Amx {
  static void configure(int rows) {
    TileConfiguration configuration;
    for (int tile = 0; tile < 8; ++tile) {
      configuration.rows[tile] = static_cast<uint8_t>(tile < 6 ? rows : 16);
    }
    asm volatile("ldtilecfg %0" ::"m"(configuration));
  }
  template <int kTile>
  static void load(const float* from, std::ptrdiff_t stride) {
    asm volatile("tileloadd (%0,%1,4), %%tmm%c2" ::"r"(from), "r"(stride), "i"(kTile) : "memory");
  }
  template <int kTile>
  static void store(float* to, std::ptrdiff_t stride) {
    asm volatile("tilestored %%tmm%c2, (%0,%1,4)" ::"r"(to), "r"(stride), "i"(kTile) : "memory");
  }
  template <int kSums, int kPlaces, int kWeights>
  static void multiply_add() {
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(kSums), "i"(kPlaces),
                 "i"(kWeights));
  }
  static void release() { asm volatile("tilerelease"); }
};

struct Bf16 : Avx512Bf16 {
  static constexpr Layout kLayout = kTilePairs;
};

struct F32x3 : Avx512Bf16 {
  static constexpr Layout kLayout = kSplitTilePairs;
  static void store_words(float* to, Vector value) {
    const __m256i upper = narrow(value);
    store_pairs(to, upper);
    store_pairs(to + kTileWords, narrow(_mm512_sub_ps(value, widen(upper))));
  }
};

}  // namespace

constexpr Kernels kAmxBf16Kernels = tile_kernels<Bf16, Amx>("AMX-BF16");
// What the first block rounds away is half of all that reaches the features, for 2 % of the
// products.
constexpr Kernels kAmxF32x3Kernels = tile_kernels<F32x3, Amx>("AMX-BF16 x3", &kAvx512Kernels);

}  // namespace verger::fused
