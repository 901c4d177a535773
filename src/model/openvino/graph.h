// SPDX-License-Identifier: Apache-2.0
// MobileNetV2 as an OpenVINO graph.
#pragma once

#include <memory>
#include <openvino/core/model.hpp>

#include "model/mobilenet_v2.h"

namespace verger {

// Input: f32 {1, 224, 224, 3}. Output: f32 {1, 1280}. The weights are copied into the graph.
std::shared_ptr<ov::Model> openvino_mobilenet_v2(const NetworkWeights& weights);

}  // namespace verger
