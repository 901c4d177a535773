// SPDX-License-Identifier: Apache-2.0
// The engine of verger's own, for MobileNetV2 alone.
#pragma once

#include <memory>

#include "model/backend.h"
#include "model/fused/kernels.h"
#include "model/mobilenet_v2.h"

namespace verger::fused {

// With the fastest kernels that this processor has. The first error of `weights`; kModel when they
// are not finite once batch normalisation is folded in; kInvalidArgument when the processor lacks
// what `precision` needs.
Result<std::unique_ptr<Backend>> compile(const ReadLayer& weights, Precision precision);

// With the kernels of one instruction set, for tests and benchmarks.
Result<std::unique_ptr<Backend>> compile(const ReadLayer& weights, const Kernels& kernels);

}  // namespace verger::fused
