// SPDX-License-Identifier: Apache-2.0
#include "model/openvino/graph.h"

#include <algorithm>
#include <openvino/opsets/opset8.hpp>
#include <vector>

#include "verger/image.h"

namespace verger {

namespace {

namespace op = ov::opset8;
using Node = ov::Output<ov::Node>;

Node constant(const ov::Shape& shape, const std::vector<float>& values) {
  return op::Constant::create(ov::element::f32, shape, values);
}

Node integers(const std::vector<int64_t>& values) {
  return op::Constant::create(ov::element::i64, {values.size()}, values);
}

// Keras' kernel (rows, columns, in, out) → OpenVINO's (out, in, rows, columns), and the depthwise
// (rows, columns, channels, 1) → (channels, 1, 1, rows, columns): either way the last two of the
// matrix places × (in · out) change sides.
Node kernel(const ConvLayer& layer, const std::vector<float>& keras) {
  const auto side = static_cast<std::size_t>(layer.kernel_side);
  const auto outputs = static_cast<std::size_t>(layer.out_channels);
  const std::size_t inputs = layer.depthwise ? 1 : static_cast<std::size_t>(layer.in_channels);
  const std::size_t places = side * side;
  std::vector<float> values(keras.size());
  for (std::size_t p = 0; p < places; ++p) {
    for (std::size_t i = 0; i < inputs; ++i) {
      for (std::size_t o = 0; o < outputs; ++o) {
        values[(o * inputs + i) * places + p] = keras[(p * inputs + i) * outputs + o];
      }
    }
  }
  if (layer.depthwise) return constant({outputs, 1, 1, side, side}, values);
  return constant({outputs, inputs, side, side}, values);
}

Node convolve(const ConvLayer& layer, const Node& input, const Node& filters) {
  const auto stride = static_cast<std::size_t>(layer.stride);
  const ov::Strides strides{stride, stride};
  const ov::CoordinateDiff begin{layer.pad_begin(), layer.pad_begin()};
  const ov::CoordinateDiff end{layer.pad_end(), layer.pad_end()};
  const ov::Strides dilations{1, 1};
  if (layer.depthwise) {
    return std::make_shared<op::GroupConvolution>(input, filters, strides, begin, end, dilations);
  }
  return std::make_shared<op::Convolution>(input, filters, strides, begin, end, dilations);
}

Node apply(const ConvLayer& layer, const FoldedConv& conv, const Node& input) {
  const Node product = convolve(layer, input, kernel(layer, conv.kernel));
  const Node bias = constant({1, conv.bias.size(), 1, 1}, conv.bias);
  Node output = std::make_shared<op::Add>(product, bias);
  output.get_node()->set_friendly_name(layer.name);
  if (layer.relu6) output = std::make_shared<op::Clamp>(output, 0.0, 6.0);
  return output;
}

}  // namespace

std::shared_ptr<ov::Model> openvino_mobilenet_v2(const NetworkWeights& weights) {
  const auto image =
      std::make_shared<op::Parameter>(ov::element::f32, ov::Shape{1, kImageSide, kImageSide, 3});
  Node last = std::make_shared<op::Transpose>(image, integers({0, 3, 1, 2}));
  const std::span<const ConvLayer> layers = mobilenet_v2_layers();
  std::vector<Node> outputs;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    last = apply(layers[i], fold_batch_norm(layers[i], weights[i]), last);
    if (layers[i].residual >= 0) {
      last = std::make_shared<op::Add>(outputs[static_cast<std::size_t>(layers[i].residual)], last);
    }
    outputs.push_back(last);
  }
  last = std::make_shared<op::ReduceMean>(last, integers({2, 3}), false);
  return std::make_shared<ov::Model>(ov::OutputVector{last}, ov::ParameterVector{image},
                                     "MobileNetV2 1.0 224");
}

}  // namespace verger
