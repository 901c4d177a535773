# SPDX-License-Identifier: Apache-2.0
"""Write two dozen tiny images and golden.json: the pixels that Pillow 13 makes of them.

Run in .venv/core after `make build`, from the root of the repository:

    PYTHONPATH=tests .venv/core/bin/python tests/golden/pixels/make_golden.py
"""

import hashlib
import json
from pathlib import Path

import PIL
from parity.pixels.sides import ask_pillow
from parity.pixels.zoo import all_images

NAMES = (
    "jpeg-1x1",
    "jpeg-15x17",
    "jpeg-100x100",
    "jpeg-L",
    "jpeg-CMYK",
    "jpeg-ycck-2x2-progressive",
    "jpeg-rgb-1x1",
    "jpeg-411-37x29",
    "jpeg-440-37x29-progressive",
    "jpeg-420-37x29-arithmetic",
    "jpeg-uneven-37x29-progressive-arithmetic",
    "jpeg-restart",
    "jpeg-orientation6",
    "jpeg-no-end-marker",
    "mpo",
    "png-1bit-colour0-29x31",
    "png-2bit-colour3-29x31-interlaced",
    "png-4bit-colour0-3x5",
    "png-8bit-colour2-29x31-interlaced",
    "png-8bit-colour6-29x31",
    "png-16bit-colour4-29x31",
    "png-16bit-dark",
    "png-palette-transparency-many",
    "png-short-palette",
    "png-short-stream",
    "apng-offset-frame",
)


def main() -> None:
    """Write the images beside this file, and the SHA-256 of 224 x 224 x 3 bytes for each."""
    folder = Path(__file__).parent
    zoo = all_images()
    images = {}
    for name in NAMES:
        file = zoo[name]
        suffix = "png" if file.startswith(b"\x89") else "jpg"
        path = folder / f"{name}.{suffix}"
        path.write_bytes(file)
        pixels = ask_pillow(file).pixels
        images[path.name] = hashlib.sha256(pixels).hexdigest() if pixels else None
    golden = {"pillow": PIL.__version__, "images": images}
    (folder / "golden.json").write_text(json.dumps(golden, indent=2) + "\n")


if __name__ == "__main__":
    main()
