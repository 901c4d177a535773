// OpenVINO on the CPU.
#pragma once

#include <memory>
#include <openvino/runtime/core.hpp>

#include "model/backend.h"
#include "verger/options.h"

namespace verger {

// Compiles `network`, whose input must be f32 {1, 224, 224, 3} and whose single output must be f32
// of static shape, with one stream of one thread for each of `threads`. kModel when OpenVINO
// refuses it; kInvalidArgument when this processor lacks what `precision` needs.
Result<std::unique_ptr<Backend>> compile_openvino(ov::Core core,
                                                  const std::shared_ptr<ov::Model>& network,
                                                  Precision precision, int threads);

// The first line of an OpenVINO exception's text that says what is wrong, to be put in a message.
std::string openvino_reason(const std::exception& error);

}  // namespace verger
