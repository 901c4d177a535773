// SPDX-License-Identifier: Apache-2.0
#include "verger/model.h"

#include <charconv>
#include <utility>

#include "base/option_name.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "model/backend.h"
#include "model/fused/backend.h"
#include "model/keras_weights.h"
#include "model/untrained.h"

namespace verger {

namespace {

class LoadedModel final : public Model {
 public:
  LoadedModel(ModelInfo info, std::unique_ptr<Backend> backend)
      : info_(std::move(info)), backend_(std::move(backend)) {}

  const ModelInfo& info() const override { return info_; }

  Result<std::unique_ptr<ModelStream>> open_stream() const override {
    return backend_->open_stream();
  }

 private:
  ModelInfo info_;
  std::unique_ptr<Backend> backend_;
};

Result<std::unique_ptr<Model>> mobilenet_v2(const ReadLayer& weights, ModelInfo info) {
  VERGER_ASSIGN_OR_RETURN(auto backend, fused::compile(weights, info.precision));
  info.name = "MobileNetV2 1.0 224";
  return make_model(std::move(info), std::move(backend));
}

// An official name on other bytes: a download that was cut or altered.
Status check_official(const ModelFile& file, const ModelInfo& info) {
  for (const OfficialWeights& official : official_weights()) {
    if (info.weights != official.file_name || official.sha256.empty()) continue;
    if (info.weights_sha256 == official.sha256) continue;
    return Status::model("'" + file.name + "' bears the name of Keras' official file but not its " +
                         "SHA-256, " + std::string(official.sha256.substr(0, 16)) +
                         "…: it is damaged; delete it and fetch it again.");
  }
  return {};
}

std::string sha256_of(const NetworkWeights& network) {
  Sha256 sha;
  for (const ConvWeights& weights : network) {
    for (const std::vector<float>& values : weights) {
      sha.update({reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(float)});
    }
  }
  return sha.finish();
}

}  // namespace

std::unique_ptr<Model> make_model(ModelInfo info, std::unique_ptr<Backend> backend) {
  info.engine = backend->engine();
  info.width = backend->width();
  return std::make_unique<LoadedModel>(std::move(info), std::move(backend));
}

Result<std::unique_ptr<Model>> load_mobilenet_v2(const ModelFile& file, Precision precision,
                                                 int /*threads*/) {
  ModelInfo info;
  info.weights = file.name.substr(file.name.rfind('/') + 1);
  info.weights_sha256 = sha256_hex(file.bytes);
  info.precision = precision;
  VERGER_RETURN_IF_ERROR(check_official(file, info));
  VERGER_ASSIGN_OR_RETURN(KerasWeights weights, KerasWeights::open(file));
  return mobilenet_v2([&](std::size_t layer) { return weights.layer(layer); }, std::move(info));
}

Result<std::unique_ptr<Model>> untrained_mobilenet_v2(uint64_t seed, Precision precision,
                                                      int /*threads*/) {
  const NetworkWeights weights = untrained_weights(seed);
  ModelInfo info;
  info.weights = std::string(kUntrainedPrefix) + std::to_string(seed);
  info.weights_sha256 = sha256_of(weights);
  info.precision = precision;
  info.untrained = true;
  return mobilenet_v2(layers_of(weights), std::move(info));
}

bool is_untrained(std::string_view weights) { return weights.starts_with(kUntrainedPrefix); }

Result<uint64_t> untrained_seed(std::string_view weights) {
  std::string_view digits = weights;
  if (is_untrained(weights)) digits.remove_prefix(kUntrainedPrefix.size());
  uint64_t seed = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
  if (!is_untrained(weights) || error != std::errc() || end != digits.data() + digits.size()) {
    return Status::invalid_argument(option_name("weights") + " '" + std::string(weights) +
                                    "' must end in a whole number from 0 to 2^64 - 1, "
                                    "as in untrained:42.");
  }
  return seed;
}

}  // namespace verger
