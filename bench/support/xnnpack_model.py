# SPDX-License-Identifier: Apache-2.0
"""Write the network that engine_bench times as a model of LiteRT, by TensorFlow's converter.

usage: xnnpack_model.py SEED MODEL

The weights are those of `untrained:SEED`.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "golden" / "features"))

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from make_features import set_untrained_weights  # noqa: E402
from tensorflow.python.framework.convert_to_constants import (  # noqa: E402
    convert_variables_to_constants_v2,
)


def main() -> None:
    """Convert, with all variables as constants."""
    seed, path = int(sys.argv[1]), Path(sys.argv[2])
    whole = keras.applications.MobileNetV2(weights=None)
    set_untrained_weights(whole, seed)
    network = keras.Model(whole.input, whole.layers[-2].output)
    image = tf.TensorSpec((1, 224, 224, 3), tf.float32)
    concrete = tf.function(network, input_signature=[image]).get_concrete_function()
    frozen = convert_variables_to_constants_v2(concrete)
    path.write_bytes(tf.lite.TFLiteConverter.from_concrete_functions([frozen]).convert())


if __name__ == "__main__":
    main()
