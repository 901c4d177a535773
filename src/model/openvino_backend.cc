#include "model/openvino_backend.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <openvino/runtime/properties.hpp>
#include <string>
#include <utility>

#include "verger/image.h"

namespace verger {

namespace {

class OpenVinoStream final : public ModelStream {
 public:
  explicit OpenVinoStream(ov::InferRequest request)
      : request_(std::move(request)),
        input_(request_.get_input_tensor().data<float>(), kTensorSize),
        output_(request_.get_output_tensor()) {}

  std::span<float> input() override { return input_; }

  Status infer(std::span<float> features) override {
    try {
      request_.infer();
    } catch (const std::exception& error) {
      return Status::model("the network failed: " + openvino_reason(error) + ".");
    }
    assert(features.size() == output_.get_size());
    std::copy_n(output_.data<const float>(), features.size(), features.begin());
    if (!std::all_of(features.begin(), features.end(), [](float f) { return std::isfinite(f); })) {
      return Status::model("the network gave NaN or infinity for an image; use another model.");
    }
    return {};
  }

 private:
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
  OpenVinoBackend(ov::Core core, ov::CompiledModel compiled)
      : core_(std::move(core)),
        compiled_(std::move(compiled)),
        engine_(engine_name()),
        width_(static_cast<int>(ov::shape_size(compiled_.output().get_shape()))) {}

  std::string_view engine() const override { return engine_; }
  int width() const override { return width_; }

  Result<std::unique_ptr<ModelStream>> open_stream() const override {
    try {
      // create_infer_request is thread-safe, though not const.
      ov::CompiledModel compiled = compiled_;
      return std::unique_ptr<ModelStream>(new OpenVinoStream(compiled.create_infer_request()));
    } catch (const std::exception& error) {
      return Status::model("OpenVINO cannot open a stream: " + openvino_reason(error) + ".");
    }
  }

 private:
  ov::Core core_;
  ov::CompiledModel compiled_;
  std::string engine_;
  int width_;
};

// One thread a stream keeps the order of every sum fixed, so an image's bits depend on nothing
// else. Pinning would set the streams of two processes on the same cores of a shared host.
ov::AnyMap properties(Precision precision, int threads) {
  return {
      ov::hint::inference_precision(precision == Precision::kBf16 ? ov::element::bf16
                                                                  : ov::element::f32),
      ov::num_streams(threads),
      ov::inference_num_threads(threads),
      ov::hint::enable_cpu_pinning(false),
  };
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

Result<std::unique_ptr<Backend>> compile_openvino(ov::Core core,
                                                  const std::shared_ptr<ov::Model>& network,
                                                  Precision precision, int threads) {
  assert(threads >= 1);
  try {
    ov::CompiledModel compiled = core.compile_model(network, "CPU", properties(precision, threads));
    if (precision == Precision::kBf16 &&
        compiled.get_property(ov::hint::inference_precision) != ov::element::bf16) {
      return Status::invalid_argument(
          "--precision bf16 needs a processor with bfloat16 instructions (AMX or AVX-512 BF16), "
          "which this one lacks; use --precision f32.");
    }
    return std::unique_ptr<Backend>(new OpenVinoBackend(std::move(core), std::move(compiled)));
  } catch (const std::exception& error) {
    return Status::model("OpenVINO cannot compile the network: " + openvino_reason(error) + ".");
  }
}

}  // namespace verger
