# SPDX-License-Identifier: Apache-2.0
"""Images that people hold -> files that the program reads."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import numpy as np

from verger._images import prepared


def as_place(image: object, file: Path) -> tuple[str, bool]:
    """Return where the program finds the image, and whether that is a name that its giver knows."""
    if isinstance(image, (str, os.PathLike)):
        place = os.fspath(image)
        return (place if isinstance(place, str) else os.fsdecode(place)), True
    content, why = prepared(image)
    if content is None:
        raise ValueError(f"An image of type {type(image).__name__} cannot be taken: {why}")
    file.write_bytes(content if isinstance(content, bytes) else _png(content))
    return str(file), False


def _png(pixels: object) -> bytes:
    """Return RGB pixels as a PNG file, which holds them as they are."""
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.ndim != 3:
        raise ValueError(
            "An image must be a path, bytes, a PIL image, or an array of uint8 "
            f"[height, width, 3], not {type(pixels).__name__}."
        )
    height, width, channels = pixels.shape
    if channels != 3 or not height or not width:
        raise ValueError(f"Pixels must be [height, width, 3], not {list(pixels.shape)}.")
    rows = np.zeros((height, 1 + 3 * width), dtype=np.uint8)  # each begins with its filter: none
    rows[:, 1:] = pixels.reshape(height, 3 * width)

    def chunk(name: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(name + data)
        return len(data).to_bytes(4, "big") + name + data + checksum.to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    data = zlib.compress(rows.tobytes(), 1)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks
