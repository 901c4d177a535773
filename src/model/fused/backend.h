// The engine of verger's own, for MobileNetV2 alone.
#pragma once

#include <memory>

#include "model/backend.h"
#include "model/fused/kernels.h"
#include "model/mobilenet_v2.h"

namespace verger::fused {

// Whether the features' bits are those of every other build and processor with this engine.
// kModel when weights are not finite once batch normalisation is folded in.
Result<std::unique_ptr<Backend>> compile(const NetworkWeights& weights);

// With the kernels of one instruction set, for tests and benchmarks.
Result<std::unique_ptr<Backend>> compile(const NetworkWeights& weights, const Kernels& kernels);

}  // namespace verger::fused
