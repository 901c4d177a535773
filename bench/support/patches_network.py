# SPDX-License-Identifier: Apache-2.0
"""Write a network that takes next to nothing: how bright each of 8 x 8 patches is.

usage: patches_network.py NETWORK.onnx
"""

import sys

import numpy as np
import onnx
from onnx.helper import make_graph, make_model, make_node, make_opsetid, make_tensor_value_info

SHAPES = {"patches": [1, 8, 28, 8, 28, 3], "axes": [2, 4, 5], "flat": [1, 64]}

nodes = [
    make_node("Reshape", ["image", "patches"], ["patched"]),
    make_node("ReduceMean", ["patched", "axes"], ["means"], keepdims=0),
    make_node("Reshape", ["means", "flat"], ["features"]),
]
image, features = (
    make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
    for name, shape in (("image", [1, 224, 224, 3]), ("features", [1, 64]))
)
arrays = [
    onnx.numpy_helper.from_array(np.array(value, np.int64), name) for name, value in SHAPES.items()
]
graph = make_graph(nodes, "means", [image], [features], arrays)
onnx.save(make_model(graph, opset_imports=[make_opsetid("", 18)], ir_version=9), sys.argv[1])
