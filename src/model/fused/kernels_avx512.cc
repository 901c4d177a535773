// SPDX-License-Identifier: Apache-2.0
#include "model/fused/avx512_vector.h"
#include "model/fused/kernels_impl.h"

namespace verger::fused {

constexpr Kernels kAvx512Kernels = float32_kernels<Avx512>("AVX-512");

}  // namespace verger::fused
