#include <vector>

#include "model/fused/network.h"

namespace verger::fused {

namespace {

std::vector<const Kernels*> find_kernels() {
  std::vector<const Kernels*> found;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) found.push_back(&kAvx512Kernels);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    found.push_back(&kAvx2Kernels);
  }
#elif defined(__aarch64__)
  found.push_back(&kNeonKernels);
#endif
  found.push_back(&kPortableKernels);
  return found;
}

}  // namespace

std::span<const Kernels* const> supported_kernels() {
  static const std::vector<const Kernels*> kernels = find_kernels();
  return kernels;
}

const Kernels* supported_bf16_kernels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bf16")) return &kAvx512Bf16Kernels;
#endif
  return nullptr;
}

}  // namespace verger::fused
