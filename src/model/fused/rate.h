// SPDX-License-Identifier: Apache-2.0
// How fast this processor is with an instruction set.
#pragma once

#include "model/fused/kernels.h"

namespace verger::fused {

// Billions of multiply-adds a second of these kernels' dense product on this thread, of tensors
// that stay in its caches. The processor must have them. Takes a millisecond or two, of which the
// quickest twentieth counts, so that what else the machine does changes little.
double dense_rate(const Kernels& kernels);

}  // namespace verger::fused
