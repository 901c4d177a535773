"""Make the ONNX rival's model of Keras' network and its weights: make_onnx.py WEIGHTS.h5 ONNX."""

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
    Path(sys.argv[2]).write_bytes(to_onnx(model, "NHWC"))


if __name__ == "__main__":
    main()
