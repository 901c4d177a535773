// SPDX-License-Identifier: Apache-2.0
// The kernels for tiles, on tiles in software: the same bits as AMX gives, on any processor. For
// tests and measurements of exactness; a hundred times slower.
#pragma once

#include <vector>

#include "model/fused/kernels.h"

namespace verger::fused {

// Thread-safe: each thread has tiles of its own.
extern const Kernels kSimulatedAmxBf16Kernels;
extern const Kernels kSimulatedAmxF32x3Kernels;

// These, and those for tiles that this processor can run.
std::vector<const Kernels*> every_tile_kernels();

}  // namespace verger::fused
