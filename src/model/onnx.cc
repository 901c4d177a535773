// SPDX-License-Identifier: Apache-2.0
// Any ONNX model from an image to a vector, by the plug-in.

#include <dlfcn.h>

#include <optional>
#include <string>
#include <utility>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "model/onnx_check.h"
#include "model/onnx_plugin.h"

namespace verger {

namespace {

struct Plugin {
  CompileOnnx* compile = nullptr;
  std::string fault;  // why there is none
};

// The linker looks where this program or module looks for its libraries. Never closed: networks
// outlive the call.
Plugin open_plugin() {
  void* library = dlopen(kOnnxPlugin, RTLD_NOW | RTLD_LOCAL);
  void* symbol = library == nullptr ? nullptr : dlsym(library, kCompileOnnx);
  if (symbol == nullptr) return {.compile = nullptr, .fault = dlerror()};
  return {.compile = reinterpret_cast<CompileOnnx*>(symbol), .fault = {}};
}

}  // namespace

Result<std::unique_ptr<Model>> load_onnx(const ModelFile& file, Precision precision, int threads) {
  VERGER_RETURN_IF_ERROR(
      (ModelOptions{.weights = {}, .model = file.name, .precision = precision}.validate()));
  if (const Status fine = check_onnx(file.bytes); !fine.ok()) {
    return Status::model("'" + file.name + "' " + std::string(fine.message()) + ".");
  }
  // Asked anew while there is none: a caller may load OpenVINO from its own place meanwhile.
  const Plugin plugin = open_plugin();
  if (plugin.compile == nullptr) {
    return Status::model("'" + file.name + "' needs OpenVINO, which runs ONNX models and is not " +
                         "here (" + plugin.fault + "); install it, for Python by pip install " +
                         "'verger[onnx]', or use MobileNetV2.");
  }
  std::optional<Result<OnnxNetwork>> compiled;
  plugin.compile(file, precision, threads, compiled);
  VERGER_ASSIGN_OR_RETURN(OnnxNetwork network, *std::move(compiled));
  ModelInfo info;
  info.name = std::move(network.name);
  info.weights = file.name.substr(file.name.rfind('/') + 1);
  info.weights_sha256 = sha256_hex(file.bytes);
  info.precision = precision;
  return make_model(std::move(info), std::move(network.backend));
}

}  // namespace verger
