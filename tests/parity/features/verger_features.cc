// SPDX-License-Identifier: Apache-2.0
// Float32 tensors (224×224×3, native byte order) from stdin → their float32 features on stdout:
//
//   verger_features --weights FILE|untrained:SEED | --model FILE [--precision f32|f32x3|bf16]
//   [--threads N] [--simulate-amx] [--info]
//
// With --simulate-amx, f32x3 and bf16 are computed as AMX would, on any processor. With --info it
// prints what ModelInfo holds, one `key value` a line, and reads no tensor. It is for tests alone;
// `verger extract` is the program for photographs.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "model/backend.h"
#include "model/fused/backend.h"
#include "model/fused/simulated_tiles.h"
#include "model/keras_weights.h"
#include "model/untrained.h"
#include "verger/image.h"
#include "verger/model.h"

namespace verger {
namespace {

struct Arguments {
  std::string weights;
  std::string model;
  Precision precision = Precision::kF32;
  int threads = 1;
  bool simulate_amx = false;
  bool info = false;
};

[[noreturn]] void stop(const Status& status) {
  std::cerr << status.message() << "\n";
  std::exit(static_cast<int>(status.code()));
}

template <class T>
T or_stop(Result<T> result) {
  if (!result.ok()) stop(result.error());
  return std::move(result).value();
}

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    if (flag == "--info") {
      arguments.info = true;
      continue;
    }
    if (flag == "--simulate-amx") {
      arguments.simulate_amx = true;
      continue;
    }
    if (i + 1 == argc) stop(Status::invalid_argument(flag + " needs a value."));
    const std::string value = argv[++i];
    if (flag == "--weights") {
      arguments.weights = value;
    } else if (flag == "--model") {
      arguments.model = value;
    } else if (flag == "--precision") {
      arguments.precision = or_stop(parse_precision(value));
    } else if (flag == "--threads") {
      arguments.threads = std::stoi(value);
    } else {
      stop(Status::invalid_argument("unknown option " + flag + "."));
    }
  }
  return arguments;
}

std::vector<uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) stop(Status::io("'" + path + "' cannot be read."));
  return {std::istreambuf_iterator<char>(file), {}};
}

std::unique_ptr<Model> simulated(const Arguments& a) {
  const fused::Kernels& kernels = a.precision == Precision::kBf16
                                      ? fused::kSimulatedAmxBf16Kernels
                                      : fused::kSimulatedAmxF32x3Kernels;
  NetworkWeights weights;
  if (is_untrained(a.weights)) {
    weights = untrained_weights(or_stop(untrained_seed(a.weights)));
  } else {
    const std::vector<uint8_t> bytes = read_file(a.weights);
    weights = or_stop(read_keras_weights({a.weights, bytes}));
  }
  ModelInfo info;
  info.weights = a.weights;
  info.precision = a.precision;
  return make_model(std::move(info), or_stop(fused::compile(layers_of(weights), kernels)));
}

std::unique_ptr<Model> load(const Arguments& a) {
  if (a.simulate_amx) return simulated(a);
  if (is_untrained(a.weights)) {
    return or_stop(
        untrained_mobilenet_v2(or_stop(untrained_seed(a.weights)), a.precision, a.threads));
  }
  const std::string& path = a.model.empty() ? a.weights : a.model;
  const std::vector<uint8_t> bytes = read_file(path);
  const ModelFile file{path, bytes};
  return or_stop(a.model.empty() ? load_mobilenet_v2(file, a.precision, a.threads)
                                 : load_onnx(file, a.precision, a.threads));
}

void print_info(const ModelInfo& info) {
  std::cout << "name " << info.name << "\nweights " << info.weights << "\nweights_sha256 "
            << info.weights_sha256 << "\nengine " << info.engine << "\nprecision "
            << precision_name(info.precision) << "\nwidth " << info.width << "\nuntrained "
            << info.untrained << "\n";
}

std::vector<float> read_tensors() {
  std::vector<float> tensors;
  std::vector<float> one(kTensorSize);
  while (true) {
    const std::size_t count = std::fread(one.data(), sizeof(float), kTensorSize, stdin);
    if (count == 0) return tensors;
    if (count != kTensorSize) stop(Status::io("stdin ends within a tensor."));
    tensors.insert(tensors.end(), one.begin(), one.end());
  }
}

// Thread t works on the images t, t + threads, …
std::vector<float> run(const Model& model, const std::vector<float>& tensors, int threads) {
  const std::size_t count = tensors.size() / kTensorSize;
  const auto width = static_cast<std::size_t>(model.info().width);
  std::vector<float> features(count * width);
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      const auto stream = or_stop(model.open_stream());
      for (auto i = static_cast<std::size_t>(t); i < count;
           i += static_cast<std::size_t>(threads)) {
        std::copy_n(&tensors[i * kTensorSize], kTensorSize, stream->input().begin());
        const Status status = stream->infer({&features[i * width], width});
        if (!status.ok()) stop(status);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  return features;
}

}  // namespace
}  // namespace verger

int main(int argc, char** argv) {
  const verger::Arguments arguments = verger::parse(argc, argv);
  const auto model = verger::load(arguments);
  if (arguments.info) {
    verger::print_info(model->info());
    return 0;
  }
  const std::vector<float> features =
      verger::run(*model, verger::read_tensors(), arguments.threads);
  const std::size_t written = std::fwrite(features.data(), sizeof(float), features.size(), stdout);
  return written == features.size() ? 0 : 3;
}
