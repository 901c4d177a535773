// SPDX-License-Identifier: Apache-2.0
// Bytes of an ONNX model → whether an engine may be given it.
#include <span>

#include "model/onnx_check.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  using verger::require;
  const verger::Status status = verger::check_onnx(std::span(data, size));
  require(status.ok() || status.code() == verger::StatusCode::kModel, "a fault is the model's");
  require(status.ok() || status.message().size() < 256, "a sentence is short");
  return 0;
}
