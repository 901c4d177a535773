# SPDX-License-Identifier: Apache-2.0
"""The answers to which all contestants' are compared: reference.py PHOTOGRAPHS WEIGHTS.h5 OUT.

Keras' features of Pillow's tensors.
"""

import sys
from pathlib import Path

import contest
import numpy as np
import onnx_worker
from tensorflow import keras


def main() -> None:
    """Predict, and write the table."""
    photographs, weights, out = sys.argv[1:]
    network = keras.applications.MobileNetV2(
        weights=None, include_top=False, pooling="avg", input_shape=(224, 224, 3)
    )
    network.load_weights(weights)
    paths = sorted(Path(photographs).rglob("*.jpg"))
    features = []
    for start in range(0, len(paths), onnx_worker.BATCH):
        few = paths[start : start + onnx_worker.BATCH]
        batch = np.stack([onnx_worker.tensor(path.read_bytes()) for path in few])
        features.append(np.asarray(network.predict_on_batch(batch)))
    contest.write_features(paths, np.concatenate(features), Path(out))


if __name__ == "__main__":
    main()
