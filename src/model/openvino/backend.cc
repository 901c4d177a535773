// SPDX-License-Identifier: Apache-2.0
#include "model/openvino/backend.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <exception>
#include <mutex>
#include <openvino/runtime/properties.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/option_name.h"
#include "base/parallel.h"
#include "base/status_macros.h"
#include "verger/image.h"

namespace verger {

namespace {

// One stream of one thread runs on the thread that calls infer(), and keeps the order of every sum
// fixed. Pinning would set the streams of two processes on the same cores of a shared host.
ov::AnyMap properties(Precision precision) {
  return {
      ov::hint::inference_precision(precision == Precision::kBf16 ? ov::element::bf16
                                                                  : ov::element::f32),
      ov::num_streams(1),
      ov::inference_num_threads(1),
      ov::hint::enable_cpu_pinning(false),
  };
}

// Requests of the network, each of its own compiled copy. A copy is made when a stream is opened
// and none is idle, and is kept when the stream closes. Thread-safe; throws what OpenVINO throws.
class RequestPool {
 public:
  RequestPool(ov::Core core, std::shared_ptr<ov::Model> network, Precision precision)
      : core_(std::move(core)), network_(std::move(network)), precision_(precision) {}

  ov::InferRequest make() {
    std::shared_ptr<ov::Model> network;
    {
      const std::lock_guard lock(mutex_);
      network = network_->clone();  // the weights stay shared
    }
    return core_.compile_model(network, "CPU", properties(precision_)).create_infer_request();
  }

  ov::InferRequest take() {
    std::unique_lock lock(mutex_);
    if (idle_.empty()) {
      lock.unlock();
      return make();
    }
    ov::InferRequest request = std::move(idle_.back());
    idle_.pop_back();
    return request;
  }

  void give_back(ov::InferRequest request) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(request));
  }

 private:
  ov::Core core_;
  const std::shared_ptr<ov::Model> network_;
  const Precision precision_;
  std::mutex mutex_;
  std::vector<ov::InferRequest> idle_;
};

class OpenVinoStream final : public ModelStream {
 public:
  explicit OpenVinoStream(std::shared_ptr<RequestPool> pool)
      : pool_(std::move(pool)),
        request_(pool_->take()),
        input_(request_.get_input_tensor().data<float>(), kTensorSize),
        output_(request_.get_output_tensor()) {}
  ~OpenVinoStream() override { pool_->give_back(std::move(request_)); }
  OpenVinoStream(const OpenVinoStream&) = delete;
  OpenVinoStream& operator=(const OpenVinoStream&) = delete;

  std::span<float> input() override { return input_; }

  Status infer(std::span<float> features) override {
    assert(features.size() == output_.get_size());
    try {
      request_.infer();
    } catch (const std::exception& error) {
      return Status::model("The network failed: " + openvino_reason(error) + ".");
    }
    std::copy_n(output_.data<const float>(), features.size(), features.begin());
    if (!std::all_of(features.begin(), features.end(), [](float f) { return std::isfinite(f); })) {
      return Status::model("The network gave NaN or infinity for an image; use another model.");
    }
    return {};
  }

 private:
  std::shared_ptr<RequestPool> pool_;
  ov::InferRequest request_;
  std::span<float> input_;  // the request's own memory
  ov::Tensor output_;
};

// "2026.4.1-22982-e213a147257-releases/2026/4" → "OpenVINO 2026.4.1".
std::string engine_name() {
  const std::string build = ov::get_openvino_version().buildNumber;
  return "OpenVINO " + build.substr(0, build.find('-'));
}

class OpenVinoBackend final : public Backend {
 public:
  OpenVinoBackend(std::shared_ptr<RequestPool> pool, int width)
      : pool_(std::move(pool)), engine_(engine_name()), width_(width) {}

  std::string_view engine() const override { return engine_; }
  int width() const override { return width_; }

  Result<std::unique_ptr<ModelStream>> open_stream() const override {
    try {
      return std::unique_ptr<ModelStream>(new OpenVinoStream(pool_));
    } catch (const std::exception& error) {
      return Status::model("OpenVINO cannot open a stream: " + openvino_reason(error) + ".");
    }
  }

 private:
  std::shared_ptr<RequestPool> pool_;
  std::string engine_;
  int width_;
};

Status compile_error(const std::exception& error) {
  return Status::model("OpenVINO cannot compile the network: " + openvino_reason(error) + ".");
}

// Compiles one copy for the pool, if this processor can do what is asked.
Status prepare(RequestPool& pool, Precision precision) {
  try {
    ov::InferRequest request = pool.make();
    const ov::CompiledModel compiled = request.get_compiled_model();
    if (precision == Precision::kBf16 &&
        compiled.get_property(ov::hint::inference_precision) != ov::element::bf16) {
      return Status::invalid_argument(
          option_set("precision", "bf16") +
          " needs a processor with bfloat16 instructions (AMX or AVX-512 BF16), "
          "which this one lacks; use " +
          option_set("precision", "f32") + ".");
    }
    pool.give_back(std::move(request));
    return {};
  } catch (const std::exception& error) {
    return compile_error(error);
  }
}

}  // namespace

std::string openvino_reason(const std::exception& error) {
  const std::string text = error.what();
  std::string reason;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    // "Exception from src/…", "Check '…' failed at src/…" name places in OpenVINO's own source.
    const bool is_place = line.starts_with("Exception from ") || line.starts_with("Check '");
    if (!is_place && !line.empty()) {
      reason = line;
      break;
    }
    begin = end + 1;
  }
  if (reason.empty()) reason = text.substr(0, text.find('\n'));
  while (!reason.empty() && (reason.back() == '.' || reason.back() == ' ')) reason.pop_back();
  return reason;
}

Result<std::unique_ptr<Backend>> compile_openvino(ov::Core core, std::shared_ptr<ov::Model> network,
                                                  Precision precision, int threads) {
  try {
    const auto pool = std::make_shared<RequestPool>(std::move(core), std::move(network), precision);
    const int copies = std::clamp(threads, 1, default_threads());
    VERGER_RETURN_IF_ERROR(parallel_for(static_cast<std::size_t>(copies), copies, CancelToken(),
                                        [&](std::size_t) { return prepare(*pool, precision); }));
    ov::InferRequest request = pool->take();
    const auto width = static_cast<int>(request.get_output_tensor().get_size());
    pool->give_back(std::move(request));
    return std::unique_ptr<Backend>(new OpenVinoBackend(pool, width));
  } catch (const std::exception& error) {
    return compile_error(error);
  }
}

}  // namespace verger
