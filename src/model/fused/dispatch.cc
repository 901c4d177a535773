// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "model/fused/network.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace verger::fused {

namespace {

#if defined(__x86_64__) && defined(__linux__)
// Linux lets a process use tiles once it has asked, as they enlarge what is saved of its threads.
bool may_use_amx() {
  constexpr unsigned kAmxBf16 = 1U << 22;
  constexpr unsigned kAmxTile = 1U << 24;
  constexpr int kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr int kTileData = 18;               // XFEATURE_XTILEDATA
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  return (d & kAmxBf16) != 0 && (d & kAmxTile) != 0 &&
         syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}
#elif defined(__x86_64__)
bool may_use_amx() { return false; }
#endif

std::vector<const Kernels*> find_f32_kernels() {
  std::vector<const Kernels*> kernels;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) kernels.push_back(&kAvx512Kernels);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    kernels.push_back(&kAvx2Kernels);
  }
#elif defined(__aarch64__)
  kernels.push_back(&kNeonKernels);
#endif
  kernels.push_back(&kPortableKernels);
  return kernels;
}

// Every processor with AMX-BF16 has AVX512-BF16, which those kernels use as well.
std::vector<const Kernels*> find_bf16_kernels() {
  std::vector<const Kernels*> kernels;
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx512bf16")) return kernels;
  if (may_use_amx()) kernels.push_back(&kAmxBf16Kernels);
  kernels.push_back(&kAvx512Bf16Kernels);
#endif
  return kernels;
}

std::vector<const Kernels*> find_f32x3_kernels() {
  std::vector<const Kernels*> kernels;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bf16") && may_use_amx()) kernels.push_back(&kAmxF32x3Kernels);
#endif
  return kernels;
}

}  // namespace

std::span<const Kernels* const> supported_kernels(Precision precision) {
  switch (precision) {
    case Precision::kBf16: {
      static const std::vector<const Kernels*> kernels = find_bf16_kernels();
      return kernels;
    }
    case Precision::kF32x3: {
      static const std::vector<const Kernels*> kernels = find_f32x3_kernels();
      return kernels;
    }
    case Precision::kF32:
      break;
  }
  static const std::vector<const Kernels*> kernels = find_f32_kernels();
  return kernels;
}

}  // namespace verger::fused
