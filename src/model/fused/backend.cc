// SPDX-License-Identifier: Apache-2.0
#include "model/fused/backend.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>
#include <utility>

#include "base/option_name.h"
#include "base/status_macros.h"
#include "model/fused/network.h"

namespace verger::fused {

namespace {

class FusedStream final : public ModelStream {
 public:
  FusedStream(std::shared_ptr<const Network> network, const Kernels& kernels)
      : network_(std::move(network)), kernels_(kernels), workspace_(network_->make_workspace()) {}

  std::span<float> input() override { return workspace_.image; }

  Status infer(std::span<float> features) override {
    assert(features.size() == kMobileNetV2Width);
    network_->run(kernels_, workspace_.image.data(), workspace_, features.data());
    if (!std::all_of(features.begin(), features.end(), [](float f) { return std::isfinite(f); })) {
      return Status::model("The network gave NaN or infinity for an image; use another model.");
    }
    return {};
  }

 private:
  std::shared_ptr<const Network> network_;
  const Kernels& kernels_;
  Workspace workspace_;
};

class FusedBackend final : public Backend {
 public:
  FusedBackend(std::shared_ptr<const Network> network, const Kernels& kernels)
      : network_(std::move(network)),
        kernels_(kernels),
        engine_(std::string("verger fused, ") + kernels.name) {}

  std::string_view engine() const override { return engine_; }
  int width() const override { return kMobileNetV2Width; }

  Result<std::unique_ptr<ModelStream>> open_stream() const override {
    return std::unique_ptr<ModelStream>(new FusedStream(network_, kernels_));
  }

 private:
  std::shared_ptr<const Network> network_;
  const Kernels& kernels_;
  std::string engine_;
};

}  // namespace

Result<std::unique_ptr<Backend>> compile(const ReadLayer& weights, Precision precision) {
  const std::span<const Kernels* const> kernels = supported_kernels(precision);
  if (!kernels.empty()) return compile(weights, *kernels.front());
  return Status::invalid_argument(
      option_set("precision", precision_name(precision)) + " needs a processor with " +
      (precision == Precision::kBf16 ? "bfloat16 instructions (AMX or AVX512-BF16)"
                                     : "AMX (Intel's Xeon since 2023)") +
      ", which this one lacks; use " + option_set("precision", "f32") + ".");
}

Result<std::unique_ptr<Backend>> compile(const ReadLayer& weights, const Kernels& kernels) {
  VERGER_ASSIGN_OR_RETURN(Network packed, Network::pack(weights, kernels));
  auto network = std::make_shared<const Network>(std::move(packed));
  if (!network->is_finite()) {
    return Status::model(
        "The network's weights become infinite with batch normalisation folded in; use another "
        "weights file.");
  }
  return std::unique_ptr<Backend>(new FusedBackend(std::move(network), kernels));
}

}  // namespace verger::fused
