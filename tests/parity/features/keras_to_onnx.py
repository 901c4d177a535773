# SPDX-License-Identifier: Apache-2.0
"""Keras' MobileNetV2 as an ONNX model."""

import numpy as np
import onnx
from onnx import helper


class Builder:
    """Turns Keras' MobileNetV2 into ONNX, node by node."""

    def __init__(self):
        """Start with no node."""
        self.nodes = []
        self.weights = []

    def constant(self, name, values):
        """Add weights; return their name."""
        self.weights.append(onnx.numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind, inputs, name, **attributes):
        """Add a node; return the name of its output, which is its own."""
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def layer(self, layer, inputs):
        """Add what a layer does; return the name of its output."""
        kind = type(layer).__name__
        name = layer.name
        if kind in {"Conv2D", "DepthwiseConv2D"}:
            return self.convolution(layer, inputs, depthwise=kind == "DepthwiseConv2D")
        if kind == "BatchNormalization":
            values = [layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance]
            names = [self.constant(f"{name}/{i}", v.numpy()) for i, v in enumerate(values)]
            return self.node("BatchNormalization", [*inputs, *names], name, epsilon=layer.epsilon)
        if kind == "ReLU":
            bounds = [self.constant(f"{name}/{v}", np.float32(v)) for v in (0, 6)]
            return self.node("Clip", [*inputs, *bounds], name)
        if kind == "ZeroPadding2D":
            pads = self.constant(f"{name}/pads", np.array([0, 0, 0, 0, 0, 0, 1, 1]))
            return self.node("Pad", [*inputs, pads], name)
        if kind == "Add":
            return self.node("Add", inputs, name)
        assert kind == "GlobalAveragePooling2D"
        mean = self.node("GlobalAveragePool", inputs, name)
        return self.node("Flatten", [mean], "features")

    def convolution(self, layer, inputs, depthwise):
        """Add a convolution."""
        kernel = layer.kernel.numpy().transpose((2, 3, 0, 1) if depthwise else (3, 2, 0, 1))
        stride = layer.strides[0]
        same = layer.padding == "same" and layer.kernel_size[0] == 3
        pads = ([0, 0, 1, 1] if stride == 2 else [1, 1, 1, 1]) if same else [0, 0, 0, 0]
        return self.node(
            "Conv",
            [*inputs, self.constant(f"{layer.name}/kernel", kernel)],
            layer.name,
            strides=[stride, stride],
            pads=pads,
            group=kernel.shape[0] if depthwise else 1,
        )


def to_onnx(model, layout):
    """Return the ONNX model, as bytes."""
    builder = Builder()
    image = "image"
    shape = [None, 3, 224, 224]
    if layout == "NHWC":
        image = builder.node("Transpose", [image], "planes", perm=[0, 3, 1, 2])
        shape = [None, 224, 224, 3]
    made = {model.inputs[0].name: image}
    for layer in model.layers[1:]:
        taken = layer.input if isinstance(layer.input, list) else [layer.input]
        made[layer.output.name] = builder.layer(layer, [made[tensor.name] for tensor in taken])
    graph = helper.make_graph(
        builder.nodes,
        "mobilenet",
        [helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("features", onnx.TensorProto.FLOAT, [None, 1280])],
        builder.weights,
    )
    opset = helper.make_opsetid("", 13)
    return helper.make_model(graph, opset_imports=[opset], ir_version=8).SerializeToString()
