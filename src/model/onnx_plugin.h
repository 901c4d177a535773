// SPDX-License-Identifier: Apache-2.0
// The plug-in that runs ONNX models: a shared library with OpenVINO behind it, which is opened when
// such a model is asked for. Whoever runs MobileNetV2 alone needs neither.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "model/backend.h"
#include "verger/model.h"
#include "verger/options.h"
#include "verger/version.h"

namespace verger {

struct OnnxNetwork {
  std::string name;  // as the file tells
  std::unique_ptr<Backend> backend;
};

// What the plug-in offers, by the name kCompileOnnx: sets `to`. Never throws. kModel when the file
// is damaged, takes no image or gives no vector; else as compile_openvino().
using CompileOnnx = void(const ModelFile& file, Precision precision, int threads,
                         std::optional<Result<OnnxNetwork>>& to);

// Types pass between the two, so that one of another version is not to be found.
inline constexpr const char* kOnnxPlugin = "libverger_onnx-" VERGER_VERSION ".so";
inline constexpr const char* kCompileOnnx = "verger_compile_onnx";

}  // namespace verger
