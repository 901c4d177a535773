// SPDX-License-Identifier: Apache-2.0
// What this processor reaches with registers alone.
#pragma once

#include "model/fused/kernels.h"

namespace verger {

// Billions of multiply-adds a second of the instructions that these kernels sum their dense
// products by, on this thread; 0 where there is no loop for them.
double peak_of(const fused::Kernels& kernels);

}  // namespace verger
