# SPDX-License-Identifier: Apache-2.0
"""Pillow and NumPy, as a Keras notebook prepares images for MobileNetV2; see run.py.

usage: pillow.py LIST TENSORS
"""

import io
import json
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

CHECKED = 64


def prepare(file: bytes) -> np.ndarray:
    """Decode, resize, and scale to [-1, 1] (Keras' preprocess_input in mode "tf")."""
    image = Image.open(io.BytesIO(file)).convert("RGB").resize((224, 224))
    tensor = np.asarray(image, dtype=np.float32)
    tensor = tensor / 127.5
    tensor -= 1.0
    return tensor


def main() -> None:
    """Read all files, warm up, time."""
    files = [Path(line).read_bytes() for line in Path(sys.argv[1]).read_text().splitlines()]
    with Path(sys.argv[2]).open("wb") as out:
        for number, file in enumerate(files):
            tensor = prepare(file)
            if number < CHECKED:
                out.write(tensor.tobytes())
    wall, cpu = time.perf_counter(), time.process_time()
    for file in files:
        prepare(file)
    seconds = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    print(json.dumps({"images": len(files), **seconds}))


if __name__ == "__main__":
    main()
