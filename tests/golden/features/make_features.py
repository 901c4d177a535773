# SPDX-License-Identifier: Apache-2.0
"""Writes features.json and the ONNX models beside it: what the C++ tests compare with.

    .venv/parity/bin/python tests/golden/features/make_features.py

The weights are those of `--weights untrained:SEED` and the images are made by a formula, so nothing
but Keras, ONNX Runtime and this file decides the numbers.
"""

import hashlib
import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

HERE = Path(__file__).resolve().parent
SEED = 20201
IMAGES = 3
FIRST, STEP = 3, 41  # features FIRST, FIRST + STEP, … are kept


class SplitMix64:
    """The generator of src/model/untrained.cc, vectorised: draw i depends on seed and i alone."""

    def __init__(self, seed):
        """Start before the first draw."""
        self.seed = np.uint64(seed)
        self.drawn = 0

    def next(self, count):
        """The next `count` draws."""
        i = np.arange(self.drawn + 1, self.drawn + count + 1, dtype=np.uint64)
        self.drawn += count
        z = self.seed + i * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))

    def uniform(self, count, low, width):
        """Float32 values in [low, low + width)."""
        return (low + width * ((self.next(count) >> np.uint64(40)) / 2.0**24)).astype(np.float32)

    def normal(self, count, deviation):
        """Centred sums of twelve uniform values, as float32."""
        bits = self.next(6 * count).reshape(count, 6)
        halves = (bits >> np.uint64(32)) + (bits & np.uint64(0xFFFFFFFF))
        total = halves.astype(np.int64).sum(axis=1) - 6 * 2**32
        return (total * (deviation / 2.0**32)).astype(np.float32)


def set_untrained_weights(model, seed):
    """Sets the model's weights to untrained:SEED; returns their SHA-256, as ModelInfo has it."""
    random = SplitMix64(seed)
    sha = hashlib.sha256()
    for layer in model.layers:
        arrays = []
        if isinstance(layer, keras.layers.BatchNormalization):
            size = layer.gamma.shape[0]
            ranges = ((0.75, 0.5), (-0.125, 0.25), (-0.125, 0.25), (0.5, 1.0))
            arrays = [random.uniform(size, low, width) for low, width in ranges]
        elif isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D):
            shape = layer.weights[0].shape
            depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
            inputs = shape[0] * shape[1] * (1 if depthwise else shape[2])
            kernel = random.normal(int(np.prod(shape)), np.sqrt(2.0 / inputs))
            arrays = [kernel.reshape(shape)]
        if arrays:
            layer.set_weights(arrays)
        for array in arrays:
            sha.update(array.tobytes())
    return sha.hexdigest()


def synthetic_image(number):
    """Image `number`, 224 x 224 x 3 in [-1, 1]: slopes, a pattern of squares, and their product."""
    row, column, channel = np.meshgrid(np.arange(224), np.arange(224), np.arange(3), indexing="ij")
    squares = (row // (8 + number)) * (column // 8) * 37
    value = (row * (2 + number) + column * (1 + channel) + squares + row * column // 32) % 256
    return (value.astype(np.float32) / np.float32(127.5) - np.float32(1)).astype(np.float32)


def conv_model(layout, height="height", width="width"):
    """A tiny ONNX model, image → ReLU(conv) → mean: 5 features."""
    random = SplitMix64(9)
    kernel = random.normal(5 * 3 * 9, 0.4).reshape(5, 3, 3, 3)
    bias = random.normal(5, 0.5)
    nodes = []
    image = "image"
    shape = ["batch", 3, height, width]
    if layout == "NHWC":
        nodes = [helper.make_node("Transpose", ["image"], ["planes"], perm=[0, 3, 1, 2])]
        image = "planes"
        shape = ["batch", height, width, 3]
    nodes += [
        helper.make_node("Conv", [image, "kernel", "bias"], ["conv"], strides=[2, 2]),
        helper.make_node("Relu", ["conv"], ["relu"]),
        helper.make_node("GlobalAveragePool", ["relu"], ["features"]),
    ]
    graph = helper.make_graph(
        nodes,
        f"tiny_{layout.lower()}",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", 5, 1, 1])],
        [
            onnx.numpy_helper.from_array(kernel, "kernel"),
            onnx.numpy_helper.from_array(bias, "bias"),
        ],
    )
    return checked(graph)


def unfit_model(inputs, outputs):
    """A model of these inputs (name → type, shape) that gives their sum `outputs` times."""
    names = list(inputs)
    shape = inputs[names[0]]
    nodes = [helper.make_node("Sum", names, [f"y{i}"]) for i in range(outputs)]
    if shape[0] != TensorProto.FLOAT:
        nodes = [helper.make_node("Identity", names, [f"y{i}"]) for i in range(outputs)]
    graph = helper.make_graph(
        nodes,
        "unfit",
        [helper.make_tensor_value_info(name, *value) for name, value in inputs.items()],
        [helper.make_tensor_value_info(f"y{i}", *shape) for i in range(outputs)],
    )
    return checked(graph)


def endless_model():
    """A model that doubles the image 2**62 times."""
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 224, 224, 3])
    value = helper.make_tensor_value_info("value", TensorProto.FLOAT, [1, 224, 224, 3])
    double = helper.make_tensor_value_info("double", TensorProto.FLOAT, [1, 224, 224, 3])
    turn = helper.make_tensor_value_info("turn", TensorProto.INT64, [])
    going = helper.make_tensor_value_info("going", TensorProto.BOOL, [])
    on = helper.make_tensor_value_info("on", TensorProto.BOOL, [])
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["going"], ["on"]),
            helper.make_node("Add", ["value", "value"], ["double"]),
        ],
        "body",
        [turn, going, value],
        [on, double],
    )
    nodes = [
        helper.make_node("Loop", ["turns", "yes", "image"], ["doubled"], body=body),
        helper.make_node("ReduceMean", ["doubled"], ["features"], axes=[1, 2], keepdims=0),
    ]
    constants = [
        helper.make_tensor("turns", TensorProto.INT64, [], [1 << 62]),
        helper.make_tensor("yes", TensorProto.BOOL, [], [True]),
    ]
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, [1, 3])
    return checked(helper.make_graph(nodes, "endless", [image], [features], constants))


def checked(graph):
    """The finished model of a graph."""
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def onnx_models():
    """File name → model: those that verger must take, and those that it must refuse."""
    image = (TensorProto.FLOAT, [1, 224, 224, 3])
    return {
        "tiny_nchw.onnx": conv_model("NCHW", 224, 224),
        "tiny_nhwc.onnx": conv_model("NHWC"),
        "endless.onnx": endless_model(),
        "two_inputs.onnx": unfit_model({"a": image, "b": image}, 1),
        "two_outputs.onnx": unfit_model({"a": image}, 2),
        "integers.onnx": unfit_model({"a": (TensorProto.UINT8, [1, 224, 224, 3])}, 1),
        "small_images.onnx": unfit_model({"a": (TensorProto.FLOAT, [1, 96, 96, 3])}, 1),
    }


def keras_golden(images):
    """Keras' features of `images` with untrained weights: some of them, and their extent."""
    model = keras.applications.MobileNetV2(
        weights=None, include_top=False, pooling="avg", input_shape=(224, 224, 3)
    )
    sha256 = set_untrained_weights(model, SEED)
    features = model.predict(images, batch_size=1, verbose=0)
    return {
        "seed": SEED,
        "weights_sha256": sha256,
        "first": FIRST,
        "step": STEP,
        "images": [
            {
                "max": float(f.max()),
                "mean": float(f.mean(dtype=np.float64)),
                "features": [float(v) for v in f[FIRST::STEP]],
            }
            for f in features
        ],
    }


def onnx_golden(model, images):
    """ONNX Runtime's features of `images`."""
    session = onnxruntime.InferenceSession(model.SerializeToString())
    if session.get_inputs()[0].shape[1] == 3:
        images = images.transpose(0, 3, 1, 2)
    features = [session.run(None, {"image": image[None]})[0].ravel() for image in images]
    return [[float(v) for v in f] for f in features]


def golden():
    """All that features.json holds."""
    images = np.stack([synthetic_image(n) for n in range(IMAGES)])
    models = onnx_models()
    return {
        "keras": keras_golden(images),
        "onnx": {n: onnx_golden(models[n], images) for n in ("tiny_nchw.onnx", "tiny_nhwc.onnx")},
    }


if __name__ == "__main__":
    (HERE / "features.json").write_text(json.dumps(golden(), indent=1) + "\n")
    for file_name, onnx_model in onnx_models().items():
        (HERE / file_name).write_bytes(onnx_model.SerializeToString())
