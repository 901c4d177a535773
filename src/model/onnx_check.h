// SPDX-License-Identifier: Apache-2.0
// What an ONNX file must be before an engine is given it, which trusts what it reads.
#pragma once

#include <cstdint>
#include <span>

#include "verger/status.h"

namespace verger {

// kModel, with the rest of a sentence that begins with the file's name ("is not …"), when the bytes
// are no ONNX model, its weights are kept elsewhere, a tensor declares more numbers than it holds,
// or a network, or a function of it, needs its own result. In linear time and memory.
Status check_onnx(std::span<const uint8_t> bytes);

}  // namespace verger
