# SPDX-License-Identifier: Apache-2.0
"""ONNX models that the fuzzing of what is checked of them starts from."""

from collections.abc import Callable, Sequence

import onnx
from onnx import TensorProto, helper


def onnx_models(save: Callable[[str, str, bytes], None]) -> None:
    """Write ONNX models: plain, with networks within nodes, functions, weights elsewhere."""
    relu = helper.make_node("Relu", ["x"], ["y"])
    image = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2])

    def model(name: str, nodes: list, weights: Sequence = (), **more: object) -> None:
        graph = helper.make_graph(nodes, "g", [image], [result], weights)
        save("onnx", name, helper.make_model(graph, **more).SerializeToString())

    weight = helper.make_tensor("w", TensorProto.FLOAT, [1, 2], b"12345678", raw=True)
    model("plain.onnx", [relu, helper.make_node("Add", ["y", "w"], ["z"])], [weight])
    model("circular.onnx", [relu, helper.make_node("Relu", ["y"], ["x"])])
    elsewhere = onnx.TensorProto()
    elsewhere.CopyFrom(weight)
    elsewhere.ClearField("raw_data")
    elsewhere.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "../w.bin"), ("offset", "0"), ("length", "8")):
        elsewhere.external_data.add(key=key, value=value)
    model("weights_elsewhere.onnx", [relu], [elsewhere])
    inner = helper.make_graph([relu], "inner", [], [result], [weight])
    model("networks_within.onnx", [helper.make_node("If", ["c"], ["y"], then_branch=inner)])
    sparse = helper.make_sparse_tensor(
        weight, helper.make_tensor("i", TensorProto.INT64, [2], [0, 1]), [1, 2]
    )
    model("sparse.onnx", [helper.make_node("Constant", [], ["y"], sparse_value=sparse)])
    twice = helper.make_function("d", "f", ["x"], ["y"], [relu], [helper.make_opsetid("", 13)])
    call = helper.make_node("f", ["x"], ["y"], domain="d")
    model("functions.onnx", [call], functions=[twice])
