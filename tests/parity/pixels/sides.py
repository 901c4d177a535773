# SPDX-License-Identifier: Apache-2.0
"""The two sides of the comparison: verger's pixels and Pillow's."""

import io
import os
import struct
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

ROOT = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("VERGER_BUILD", ROOT / "build" / "release"))
SIDE = 224
FORMATS = ("JPEG", "PNG")  # MPO is opened by the JPEG plugin


@dataclass(frozen=True)
class Answer:
    """Pixels (224 x 224 x 3 bytes), or a reason and a message."""

    pixels: bytes | None
    reason: str = ""
    message: str = ""

    def __str__(self) -> str:
        """Say what it is, for a failing test."""
        return "decoded" if self.pixels else f"rejected: {self.reason}: {self.message}"


def tool(name: str) -> Path:
    """Return the path of a test program of this build."""
    return BUILD / "src" / "image" / name


def ask_verger(files: list[bytes], *arguments: str) -> list[Answer]:
    """Return verger's answers, which one process gives with one set of warm buffers."""
    stream = b"".join(struct.pack("<I", len(file)) + file for file in files)
    done = subprocess.run(
        [tool("verger_pixels"), *arguments], input=stream, capture_output=True, check=True
    )
    assert done.stderr == b""
    out = io.BytesIO(done.stdout)
    answers = [read_answer(out) for _ in files]
    assert out.read() == b""
    return answers


def read_answer(out: io.BytesIO) -> Answer:
    """Read one record of verger_pixels."""
    if out.read(1) == b"\0":
        return Answer(out.read(SIDE * SIDE * 3))
    texts = [out.read(struct.unpack("<I", out.read(4))[0]).decode() for _ in range(2)]
    return Answer(None, *texts)


def ask_pillow(file: bytes, upright: bool = False) -> Answer:
    """Return Pillow's answer."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(file), formats=FORMATS)
            if upright:
                image = ImageOps.exif_transpose(image)
            return Answer(image.convert("RGB").resize((SIDE, SIDE)).tobytes())
    except Exception as error:  # whatever it raises, the image is not decoded
        return Answer(None, type(error).__name__, str(error))


def describe_difference(ours: Answer, theirs: Answer) -> str:
    """Return an empty text when both sides agree, else what differs."""
    if (ours.pixels is None) != (theirs.pixels is None):
        return f"verger: {ours}; Pillow: {theirs}"
    if ours.pixels == theirs.pixels:
        return ""
    a, b = (np.frombuffer(side.pixels, np.uint8).astype(int) for side in (ours, theirs))
    return f"{np.count_nonzero(a != b)} samples differ, by up to {abs(a - b).max()}"


def encode_jpeg(samples: np.ndarray, colour: str, sampling: str, *flags: str, **settings) -> bytes:
    """Encode height x width x components samples by verger_jpegs."""
    height, width = samples.shape[:2]
    numbers = (settings.get("quality", 85), settings.get("restart", 0))
    arguments = [width, height, colour, sampling, *numbers, *flags]
    return subprocess.run(
        [tool("verger_jpegs"), *map(str, arguments)],
        input=samples.tobytes(),
        capture_output=True,
        check=True,
    ).stdout
