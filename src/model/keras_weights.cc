// SPDX-License-Identifier: Apache-2.0
#include "model/keras_weights.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/option_name.h"
#include "base/status_macros.h"
#include "image/multiversion.h"
#include "model/hdf5_file.h"
#include "model/keras_layout.h"

namespace verger {

namespace {

Status fault(const std::string& file, const std::string& what) {
  return Status::model("'" + file + "' " + what + ".");
}

Status not_hdf5(const ModelFile& file) {
  const std::string_view start(reinterpret_cast<const char*>(file.bytes.data()),
                               std::min<std::size_t>(file.bytes.size(), 4));
  if (file.bytes.empty()) return fault(file.name, "is empty; fetch the weights again");
  if (start == "PK\x03\x04") {
    return fault(file.name,
                 "is a Keras archive, not an HDF5 file; in Keras, save the weights alone with "
                 "model.save_weights('mobilenet_v2.weights.h5') and give that file");
  }
  return fault(file.name,
               "is not an HDF5 file; give the weights that Keras saves as .h5 (an ONNX model is "
               "given by " +
                   option_name("model") + ")");
}

VERGER_MULTIVERSION
bool all_finite(const float* values, std::size_t count) {
  int not_finite = 0;  // no branch: many at a time
  for (std::size_t i = 0; i < count; ++i) {
    not_finite |= std::abs(values[i]) <= std::numeric_limits<float>::max() ? 0 : 1;
  }
  return not_finite == 0;
}

// What is wrong with the values of a variable, or nothing.
std::string_view value_fault(Variable variable, std::span<const float> values) {
  if (!all_finite(values.data(), values.size())) return "NaN or infinity";
  const bool bad_variance =
      variable == kMovingVariance &&
      std::any_of(values.begin(), values.end(), [](float v) { return v < 0; });
  return bad_variance ? "a negative variance" : "";
}

}  // namespace

KerasWeights::KerasWeights(std::string name, Hdf5File file, VariablePaths paths)
    : name_(std::move(name)), file_(std::move(file)), paths_(std::move(paths)) {}

Result<KerasWeights> KerasWeights::open(const ModelFile& file) {
  if (!has_hdf5_signature(file.bytes)) return not_hdf5(file);
  Hdf5File hdf5(file.bytes);
  if (!hdf5.is_open()) {
    return fault(file.name, "is a damaged or incomplete HDF5 file; fetch it again");
  }
  const auto& index = hdf5.index();
  if (!index) {
    return fault(file.name, "is damaged or not an HDF5 file as Keras writes it; fetch it again");
  }
  auto paths = find_variables(*index);
  if (!paths.ok()) {
    return fault(file.name, "is not MobileNetV2 1.0: " + paths.error().message() +
                                "; give Keras' weights of MobileNetV2 with alpha 1.0");
  }
  return KerasWeights(file.name, std::move(hdf5), *std::move(paths));
}

Result<ConvView> KerasWeights::layer(std::size_t number) {
  const ConvLayer& layer = mobilenet_v2_layers()[number];
  ConvView weights;
  for (std::size_t v = 0; v < kVariables; ++v) {
    const auto variable = static_cast<Variable>(v);
    const std::string& path = paths_[number][v];
    const auto values = file_.read(path, layer.size(variable), converted_[v]);
    if (!values) {
      return fault(name_, "cannot be read at " + path +
                              ", which is damaged or not stored as Keras does; fetch it again or "
                              "save it with Keras");
    }
    const std::string_view wrong = value_fault(variable, *values);
    if (!wrong.empty()) {
      return fault(name_, "holds " + std::string(wrong) + " in layer " + layer.owner(variable) +
                              "; use the weights of a training that converged");
    }
    weights[v] = *values;
  }
  return weights;
}

Result<NetworkWeights> read_keras_weights(const ModelFile& file) {
  VERGER_ASSIGN_OR_RETURN(KerasWeights weights, KerasWeights::open(file));
  NetworkWeights network;
  for (std::size_t i = 0; i < mobilenet_v2_layers().size(); ++i) {
    VERGER_ASSIGN_OR_RETURN(const ConvView layer, weights.layer(i));
    ConvWeights& own = network.emplace_back();
    for (std::size_t v = 0; v < kVariables; ++v) own[v].assign(layer[v].begin(), layer[v].end());
  }
  return network;
}

}  // namespace verger
