// SPDX-License-Identifier: Apache-2.0
#include "micro/processor_peak.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "micro/cpu_time.h"

namespace verger {

namespace {

constexpr int kRuns = 100;
constexpr int64_t kPeakLoops = 200'000;

// Twelve independent chains in registers. Every factor is one: what a register was left with could
// be denormal, which takes a processor a hundred times as long.
#if defined(__x86_64__)
#define VERGER_TWELVE(x) x(0) x(1) x(2) x(3) x(4) x(5) x(6) x(7) x(8) x(9) x(10) x(11)
#define VERGER_FMA512(n) "vfmadd231ps %%zmm15, %%zmm15, %%zmm" #n "\n"
#define VERGER_FMA256(n) "vfmadd231ps %%ymm15, %%ymm15, %%ymm" #n "\n"
#define VERGER_BF16(n) "vdpbf16ps %%zmm15, %%zmm15, %%zmm" #n "\n"
#define VERGER_ZERO(n) "vxorps %%xmm" #n ", %%xmm" #n ", %%xmm" #n "\n"
#define VERGER_PEAK(name, ones, instructions)                                                       \
  void name() {                                                                                     \
    const float one = 1;                                                                            \
    int64_t loops = kPeakLoops;                                                                     \
    asm volatile("vbroadcastss %1, %%" ones "\n" VERGER_TWELVE(VERGER_ZERO) "1:\n"                \
                 VERGER_TWELVE(instructions) "dec %0\n"                                           \
                 "jnz 1b\n"                                                                       \
                 "vzeroupper\n"                                                                   \
                 : "+r"(loops)                                                                    \
                 : "m"(one)                                                                       \
                 : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",  \
                   "xmm9", "xmm10", "xmm11", "xmm15"); \
  }
VERGER_PEAK(peak_avx512, "zmm15", VERGER_FMA512)
VERGER_PEAK(peak_avx2, "ymm15", VERGER_FMA256)
VERGER_PEAK(peak_bf16, "zmm15", VERGER_BF16)

// As many instructions, on four tiles of sums.
void peak_amx() {
  alignas(64) uint8_t configuration[64] = {1};
  for (int tile = 0; tile < 8; ++tile) {
    configuration[16 + 2 * tile] = 64;  // bytes a row
    configuration[48 + tile] = 16;      // rows
  }
  uint16_t ones[32];
  std::fill_n(ones, 32, uint16_t{0x3f80});
  int64_t loops = 3 * kPeakLoops;
  asm volatile(
      "ldtilecfg %1\n"
      "tileloadd (%2,%3), %%tmm6\n"
      "tileloadd (%2,%3), %%tmm7\n"
      "1:\n"
      "tdpbf16ps %%tmm7, %%tmm6, %%tmm0\n"
      "tdpbf16ps %%tmm7, %%tmm6, %%tmm1\n"
      "tdpbf16ps %%tmm7, %%tmm6, %%tmm2\n"
      "tdpbf16ps %%tmm7, %%tmm6, %%tmm3\n"
      "dec %0\n"
      "jnz 1b\n"
      "tilerelease\n"
      : "+r"(loops)
      : "m"(configuration), "r"(ones), "r"(int64_t{0})
      : "cc", "memory");
}
#else
void peak_avx512() {}
void peak_avx2() {}
void peak_bf16() {}
void peak_amx() {}
#endif

}  // namespace

double peak_of(const fused::Kernels& kernels) {
  struct Peak {
    std::string name;
    void (*loop)();
    double products;
  };
  for (const Peak& peak : {Peak{"AVX-512", peak_avx512, 16}, Peak{"AVX2", peak_avx2, 8},
                           Peak{"AVX512-BF16", peak_bf16, 32}, Peak{"AMX-BF16", peak_amx, 8192},
                           Peak{"AMX-BF16 x3", peak_amx, 8192.0 / 3}}) {
    if (peak.name != kernels.name) continue;
    double best = std::numeric_limits<double>::max();
    for (int i = 0; i < kRuns; ++i) best = std::min(best, timed(peak.loop));
    return 12.0 * static_cast<double>(kPeakLoops) * peak.products / best / 1e6;
  }
  return 0;
}

}  // namespace verger
