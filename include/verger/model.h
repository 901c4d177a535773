// SPDX-License-Identifier: Apache-2.0
// The network: a 224×224×3 tensor → a vector of features.
//
// MobileNetV2 (Sandler et al. 2018; α = 1.0, ImageNet) without its last layer gives 1280 float32:
// what Keras' `Model(m.input, m.layers[-2].output)` gives. Any ONNX model of one image input and
// one vector output works as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "verger/export.h"
#include "verger/options.h"
#include "verger/status.h"

namespace VERGER_EXPORT verger {

inline constexpr std::string_view kUntrainedPrefix = "untrained:";

// What a run records of its model.
struct ModelInfo {
  std::string name;            // "MobileNetV2 1.0 224", or the ONNX graph's name
  std::string weights;         // the file's name without folders, or "untrained:SEED"
  std::string weights_sha256;  // hex, of the file's bytes (untrained: of the generated weights)
  std::string engine;          // "verger fused, AVX-512", "OpenVINO 2026.4.1"
  Precision precision = Precision::kF32;
  int width = 0;           // features an image
  bool untrained = false;  // random weights: a demonstration, no meaning in the features
};

// One image at a time on one thread. Not thread-safe; the Model must outlive it.
class ModelStream {
 public:
  virtual ~ModelStream() = default;

  // The tensor to fill before infer(): kTensorSize floats, NHWC, owned by the stream.
  virtual std::span<float> input() = 0;

  // Runs the network on input(); `features` has Model::info().width elements. An image's features
  // do not depend on what the stream, or any other, was given before.
  virtual Status infer(std::span<float> features) = 0;
};

// A loaded network. Immutable and thread-safe.
class Model {
 public:
  virtual ~Model() = default;

  virtual const ModelInfo& info() const = 0;

  // A stream for one thread, on which its inferences run. With OpenVINO the first `threads`
  // streams, as given at loading, are ready at once; each more makes it compile the network again.
  virtual Result<std::unique_ptr<ModelStream>> open_stream() const = 0;
};

// The bytes of a weights or model file, and the name to use for it in messages.
struct ModelFile {
  std::string name;
  std::span<const uint8_t> bytes;  // borrowed, for the call only
};

// `threads`: streams that shall be ready at once, for engines whose streams take time to open;
// MobileNetV2's take none.
//
// MobileNetV2 with Keras' weights: HDF5 as Keras 2 and 3 write it (weights or whole model, with or
// without top), read by layer name. Fails with kModel when the file is damaged, is of another
// network, holds NaN or infinity, or bears the official name but not the official hash.
Result<std::unique_ptr<Model>> load_mobilenet_v2(const ModelFile& file, Precision precision,
                                                 int threads);

// MobileNetV2 with deterministic He-normal weights of `seed`. For demonstrations and tests.
Result<std::unique_ptr<Model>> untrained_mobilenet_v2(uint64_t seed, Precision precision,
                                                      int threads);

// Any ONNX model with one float image input (1×224×224×3 or 1×3×224×224, batch may be dynamic) and
// one output, flattened to a vector whose width is read from the model.
Result<std::unique_ptr<Model>> load_onnx(const ModelFile& file, Precision precision, int threads);

// Whether `weights` begins as "untrained:SEED" does.
bool is_untrained(std::string_view weights);
// Its seed; kInvalidArgument when there is none.
Result<uint64_t> untrained_seed(std::string_view weights);

// Keras' official files of weights. The first is the one to download.
struct OfficialWeights {
  std::string_view file_name;
  std::string_view url;
  std::string_view sha256;  // empty: not known
};
std::span<const OfficialWeights> official_weights();

}  // namespace verger
