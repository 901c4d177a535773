# SPDX-License-Identifier: Apache-2.0
"""What the two contestants on OpenVINO share: the compiled network and its queue."""

from collections.abc import Iterable

import numpy as np
import openvino


def compile_network(onnx: str, threads: int) -> openvino.CompiledModel:
    """Return the network for one image at a time, tuned for throughput."""
    core = openvino.Core()
    model = core.read_model(onnx)
    model.reshape([1, 224, 224, 3])
    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "THROUGHPUT",
    }
    return core.compile_model(model, "CPU", settings)


def infer(network: openvino.CompiledModel, tensors: Iterable[np.ndarray], count: int) -> np.ndarray:
    """Return the features of `count` tensors, (count, 1280) float32; the queue keeps cores busy."""
    features = np.empty((count, 1280), np.float32)
    queue = openvino.AsyncInferQueue(network)

    def keep(request, number):
        features[number] = request.get_output_tensor().data[0]

    queue.set_callback(keep)
    for number, tensor in enumerate(tensors):
        queue.start_async([tensor[None]], number)
    queue.wait_all()
    return features
