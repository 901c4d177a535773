# SPDX-License-Identifier: Apache-2.0
"""Pictures that show no fruit, for what must be told to be unfamiliar."""

import random

import numpy as np
from PIL import Image, ImageDraw


def draw_what_is_no_fruit(folder):
    """Draw sheets of writing, white and grey, noise, plain colours, squares, discs and stripes."""

    def sheet(chosen, paper):
        image = Image.new("RGB", (210, 297), (paper,) * 3)
        draw = ImageDraw.Draw(image)
        for line in range(20, 280, 14):
            text = "".join(chosen.choices("abcdefghij klmnop 0123456789 ,.", k=30))
            draw.text((15, line), text, fill="black")
        return image

    def shape(chosen, name, size):
        image = Image.new("RGB", (100, 100), "white")
        colour = tuple(chosen.choices(range(256), k=3))
        getattr(ImageDraw.Draw(image), name)((15, 15, 45 + size, 45 + size), fill=colour)
        return image

    def stripes(width):
        rows = np.tile(np.arange(100) // (width + 1) % 2 * 255, (100, 1))
        return Image.fromarray(rows.astype(np.uint8)).convert("RGB")

    for number in range(12):
        chosen = random.Random(number)
        noise = np.random.default_rng(number).integers(0, 256, (100, 100, 3), np.uint8)
        drawn = {
            "letter": sheet(chosen, 255),
            "invoice": sheet(chosen, 120 + 10 * number),
            "noise": Image.fromarray(noise),
            "plain": Image.new("RGB", (100, 100), tuple(chosen.choices(range(256), k=3))),
            "square": shape(chosen, "rectangle", 4 * number),
            "disc": shape(chosen, "ellipse", 4 * number),
            "stripes": stripes(number),
        }
        for name, image in drawn.items():
            image.save(folder / f"{name}-{number:02d}.png")
