// SPDX-License-Identifier: Apache-2.0
// An input for tests and measurements: noise, the same on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "verger/image.h"

namespace verger::fused {

inline std::vector<float> noise_image(uint32_t seed) {
  std::vector<float> tensor(kTensorSize);
  uint32_t state = seed;
  for (float& value : tensor) {
    state = state * 1'664'525 + 1'013'904'223;
    value = static_cast<float>(state >> 24) / 127.5F - 1.0F;
  }
  return tensor;
}

}  // namespace verger::fused
