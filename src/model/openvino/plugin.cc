// SPDX-License-Identifier: Apache-2.0
// The plug-in: ONNX models, through OpenVINO's own reader.

#include <algorithm>
#include <array>
#include <exception>
#include <openvino/core/preprocess/pre_post_process.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "base/numbers.h"
#include "base/status_macros.h"
#include "model/onnx_plugin.h"
#include "model/openvino/backend.h"
#include "verger/image.h"
#include "verger/model.h"

namespace verger {

namespace {

Status fault(const ModelFile& file, const std::string& what) {
  return Status::model("'" + file.name + "' " + what + ".");
}

struct ImageLayout {
  const char* name;
  ov::PartialShape shape;
};

// The layout of the model's input: the one whose sizes it allows. The channels must be told by a
// fixed 3, so that no model is read in the wrong order.
Result<ImageLayout> image_layout(const ModelFile& file, const ov::PartialShape& shape) {
  const std::array<ImageLayout, 2> layouts = {
      {{"NHWC", {1, kImageSide, kImageSide, 3}}, {"NCHW", {1, 3, kImageSide, kImageSide}}}};
  for (const ImageLayout& layout : layouts) {
    const std::ptrdiff_t channels = layout.name == std::string_view("NHWC") ? 3 : 1;
    if (shape.compatible(layout.shape) && shape.rank().is_static() && shape[channels].is_static()) {
      return layout;
    }
  }
  return fault(file, "takes an input of shape " + shape.to_string() +
                         "; it must be 1×224×224×3 or 1×3×224×224, where the batch and the sides "
                         "may be dynamic");
}

// Before anything of these sizes is allocated.
Status check_sizes(const ModelFile& file, const ov::Model& network) {
  constexpr std::size_t kMost = std::size_t{1} << 29;  // numbers: 2 GiB of float32
  for (const auto& node : network.get_ordered_ops()) {
    for (const auto& output : node->outputs()) {
      if (output.get_partial_shape().is_dynamic()) continue;
      std::size_t numbers = 1;
      for (const std::size_t side : output.get_shape()) {
        numbers = side == 0 ? 0 : std::min(numbers, kMost + 1) * std::min(side, kMost + 1);
      }
      if (numbers <= kMost) continue;
      return fault(file, "has a layer, '" + node->get_friendly_name() +
                             "', whose result of shape " + output.get_partial_shape().to_string() +
                             " is too large");
    }
  }
  return {};
}

// Makes the network take f32 {1, 224, 224, 3} and give f32 of static shape.
Result<std::shared_ptr<ov::Model>> take_images(const ModelFile& file,
                                               std::shared_ptr<ov::Model> network) {
  if (network->inputs().size() != 1) {
    return fault(file, "has " + format_count(network->inputs().size()) +
                           " inputs; give a model with one, the image");
  }
  if (network->outputs().size() != 1) {
    return fault(file, "has " + format_count(network->outputs().size()) +
                           " outputs; give a model with one, the features");
  }
  if (!network->input().get_element_type().is_real()) {
    return fault(file, "takes " + network->input().get_element_type().to_string() +
                           " images; give a model that takes floating-point ones, normalised to "
                           "[-1, 1]");
  }
  VERGER_ASSIGN_OR_RETURN(const ImageLayout layout,
                          image_layout(file, network->input().get_partial_shape()));
  network->reshape(layout.shape);
  VERGER_RETURN_IF_ERROR(check_sizes(file, *network));
  if (network->output().get_partial_shape().is_dynamic() ||
      ov::shape_size(network->output().get_shape()) == 0) {
    return fault(file, "gives an output of shape " +
                           network->output().get_partial_shape().to_string() +
                           " for one image; its size must be fixed");
  }
  ov::preprocess::PrePostProcessor processor(network);
  processor.input().tensor().set_element_type(ov::element::f32).set_layout("NHWC");
  processor.input().model().set_layout(layout.name);
  processor.output().tensor().set_element_type(ov::element::f32);
  return processor.build();
}

Result<std::shared_ptr<ov::Model>> read_network(const ModelFile& file, ov::Core& core) {
  const std::string bytes(reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size());
  try {
    return take_images(file, core.read_model(bytes, ov::Tensor()));
  } catch (const std::exception& error) {
    return fault(file, "is not an ONNX model that OpenVINO can run (" + openvino_reason(error) +
                           "); export it again");
  }
}

Result<OnnxNetwork> compile(const ModelFile& file, Precision precision, int threads) {
  ov::Core core;
  VERGER_ASSIGN_OR_RETURN(const std::shared_ptr<ov::Model> network, read_network(file, core));
  OnnxNetwork compiled{.name = network->get_friendly_name(), .backend = nullptr};
  VERGER_ASSIGN_OR_RETURN(compiled.backend,
                          compile_openvino(std::move(core), network, precision, threads));
  return compiled;
}

}  // namespace

}  // namespace verger

extern "C" __attribute__((visibility("default"))) void verger_compile_onnx(
    const verger::ModelFile& file, verger::Precision precision, int threads,
    std::optional<verger::Result<verger::OnnxNetwork>>& to) {
  try {
    to.emplace(verger::compile(file, precision, threads));
  } catch (const std::exception& error) {
    to.emplace(
        verger::Status::model("OpenVINO does not start: " + verger::openvino_reason(error) + "."));
  }
}
