# SPDX-License-Identifier: Apache-2.0
"""OpenVINO alone: the network that Keras builds, on tensors that lie ready in memory.

usage: openvino_bare.py WEIGHTS.h5 TENSORS.npy FEATURES.npy THREADS INFERENCES

Writes the features of the tensors, then prints how many inferences a second, and how much CPU time
each, the engine gives with one stream a thread. Nothing is read, decoded, resized or written
meanwhile: no program around this engine can be faster.
"""

import json
import resource
import sys
import tempfile
import time

import numpy as np
import openvino
import tensorflow


def network(weights: str) -> openvino.Model:
    """Return MobileNetV2 without its last layer, for one image at a time."""
    keras = tensorflow.keras.applications.MobileNetV2(
        weights=None, include_top=False, pooling="avg", input_shape=(224, 224, 3)
    )
    keras.load_weights(weights)
    with tempfile.TemporaryDirectory() as folder:
        keras.export(folder, verbose=False)
        model = openvino.convert_model(folder)
    model.reshape([1, 224, 224, 3])
    return model


def cpu_seconds() -> float:
    """Return the CPU time that this process took so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Answer first, then measure."""
    weights, tensors_file, features_file, threads, inferences = sys.argv[1:]
    tensors = np.load(tensors_file)
    compiled = openvino.Core().compile_model(
        network(weights),
        "CPU",
        {
            "INFERENCE_PRECISION_HINT": "f32",
            "NUM_STREAMS": threads,
            "INFERENCE_NUM_THREADS": threads,
        },
    )
    features = np.zeros((len(tensors), 1280), np.float32)
    queue = openvino.AsyncInferQueue(compiled, int(threads))

    def keep(request, number):
        features[number] = request.get_output_tensor().data.reshape(-1)

    queue.set_callback(keep)
    for number, tensor in enumerate(tensors):
        queue.start_async([tensor[None]], number)
    queue.wait_all()
    np.save(features_file, features)

    queue.set_callback(lambda request, number: None)
    start, cpu = time.perf_counter(), cpu_seconds()
    for number in range(int(inferences)):
        queue.start_async([tensors[number % len(tensors)][None]], 0)
    queue.wait_all()
    seconds, cpu = time.perf_counter() - start, cpu_seconds() - cpu
    figures = {"images_per_s": int(inferences) / seconds, "cpu_ms": 1e3 * cpu / int(inferences)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
