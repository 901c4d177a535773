// SPDX-License-Identifier: Apache-2.0
// OpenVINO on the CPU.
#pragma once

#include <exception>
#include <memory>
#include <openvino/runtime/core.hpp>
#include <string>

#include "model/backend.h"
#include "verger/options.h"

namespace verger {

// Compiles `network`, whose input must be f32 {1, 224, 224, 3} and whose single output must be f32
// of static shape. kModel when OpenVINO refuses it; kInvalidArgument when this processor lacks what
// `precision` needs.
//
// Every stream has a compiled copy of its own (about 20 MB and 0.1 s of one core for MobileNetV2):
// so an inference runs on the thread that asks for it, with no hand-over to threads of OpenVINO's.
// `threads` copies, no more than cores, are compiled here at once, others by open_stream().
Result<std::unique_ptr<Backend>> compile_openvino(ov::Core core, std::shared_ptr<ov::Model> network,
                                                  Precision precision, int threads);

// The first line of an OpenVINO exception's text that says what is wrong, to be put in a message.
std::string openvino_reason(const std::exception& error);

}  // namespace verger
