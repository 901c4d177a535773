# SPDX-License-Identifier: Apache-2.0
"""What the rivals on ONNX Runtime do in each of their Python workers."""

import io
from collections.abc import Iterable
from functools import lru_cache

import numpy as np

BATCH = 32


def tensor(content: bytes) -> np.ndarray:
    """Return what the network takes of one image, (224, 224, 3) float32, by Pillow and NumPy."""
    from PIL import Image  # noqa: PLC0415 - of the workers

    image = Image.open(io.BytesIO(content)).convert("RGB").resize((224, 224))
    array = np.asarray(image, np.float32)
    array = array / np.float32(127.5)
    array -= np.float32(1)
    return array


@lru_cache
def inference(model: bytes):
    """Return this process' inference session of one thread, made when it is first asked for."""
    import onnxruntime  # noqa: PLC0415 - of the workers

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options)


def features(network, contents: Iterable[bytes]) -> np.ndarray:
    """Return the features of a batch of images, (images, 1280) float32."""
    batch = np.stack([tensor(content) for content in contents])
    return network.run(None, {"image": batch})[0]
