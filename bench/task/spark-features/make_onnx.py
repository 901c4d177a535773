# SPDX-License-Identifier: Apache-2.0
"""Make the ONNX rivals' model of Keras' network: make_onnx.py WEIGHTS.h5 ONNX [NHWC|NCHW]."""

import sys
from pathlib import Path

from parity.features.keras_to_onnx import to_onnx
from tensorflow import keras


def main() -> None:
    """Build, load, translate."""
    model = keras.applications.MobileNetV2(
        weights=None, include_top=False, pooling="avg", input_shape=(224, 224, 3)
    )
    model.load_weights(sys.argv[1])
    layout = sys.argv[3] if len(sys.argv) > 3 else "NHWC"
    Path(sys.argv[2]).write_bytes(to_onnx(model, layout))


if __name__ == "__main__":
    main()
