# SPDX-License-Identifier: Apache-2.0
"""Photographs seen a little otherwise, so that a few thousand make a result of many."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance

TURN = 15  # degrees at most, either way
ZOOM = (0.85, 1.1)
LIGHT = (0.8, 1.2)
QUALITY = 90  # JPEG's


def varied(source: Path, random: np.random.Generator) -> Image.Image:
    """Return a photograph turned, brought nearer or farther, and lit otherwise."""
    with Image.open(source) as opened:
        image = opened.convert("RGB")
    corner = image.getpixel((0, 0))
    image = image.rotate(random.uniform(-TURN, TURN), Image.Resampling.BICUBIC, fillcolor=corner)
    zoom = random.uniform(*ZOOM)
    width, height = image.size
    around = (width / 2, height / 2)
    box = [around[0] - width / 2 / zoom, around[1] - height / 2 / zoom]
    matrix = (1 / zoom, 0, box[0], 0, 1 / zoom, box[1])
    image = image.transform(
        image.size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=corner
    )
    return ImageEnhance.Brightness(image).enhance(random.uniform(*LIGHT))


def vary(source: Path, folder: Path, count: int, seed: int) -> list[Path]:
    """Write `count` photographs below `folder`, in the classes of `source`, spread over all of its.

    The same for the same seed; return their paths, sorted.
    """
    every = sorted(source.resolve().rglob("*.jpg"))
    random = np.random.default_rng(seed)
    paths = []
    for number in range(count):
        path = every[number * len(every) // count]
        target = folder / path.parent.name / f"{path.stem}-{number:06}.jpg"
        target.parent.mkdir(parents=True, exist_ok=True)
        varied(path, random).save(target, quality=QUALITY)
        paths.append(target)
    return sorted(paths)
