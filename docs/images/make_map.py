# SPDX-License-Identifier: Apache-2.0
"""Draw docs/images/orchard_map.png: the sample orchard by its first two principal components.

usage: make_map.py WEIGHTS.h5 [OUT.png]

Runs build/verger on a sample orchard, puts every photograph where its components say, and writes
each class's name at the middle of its photographs. Beside the map, the variance that is kept by the
first k components.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from PIL import Image, ImageChops, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[2]
SIZE = (1600, 860)
MAP = (30, 60, 1150, 830)  # left, top, right, bottom
CURVE = (1235, 130, 1560, 560)
INK, GREY, GREEN = (40, 40, 40), (150, 150, 150), (46, 125, 50)
FRUIT = 62  # pixels


def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font that comes with Pillow."""
    return ImageFont.load_default(size)


def make_tables(folder: Path, weights: str) -> None:
    """Render the orchard and run the chain on it."""
    verger = ROOT / "build" / "verger"
    orchard = folder / "orchard"
    subprocess.run(
        [verger, "sample", orchard, "--images", "360", "--classes", "12", "--seed", "5"], check=True
    )
    subprocess.run([verger, "run", orchard, folder / "out", "--weights", weights], check=True)


def positions(pca: np.ndarray) -> np.ndarray:
    """Return where each photograph's middle goes: ranks, half-way to the values."""
    values = pca[:, :2]
    ranks = values.argsort(axis=0).argsort(axis=0) / (len(values) - 1)
    spread = (values - values.min(axis=0)) / np.ptp(values, axis=0)
    unit = (ranks + spread) / 2
    left, top, right, bottom = MAP
    corner, size = np.array([left, top]), np.array([right - left, bottom - top])
    return corner + FRUIT / 2 + unit * (size - FRUIT)


def draw_map(canvas: Image.Image, paths: list[str], places: np.ndarray) -> None:
    """Put the photographs on the canvas; their white ground is glass."""
    for path, (x, y) in zip(paths, places, strict=True):
        fruit = Image.open(path.removeprefix("file:")).resize((FRUIT, FRUIT))
        ground = ImageChops.invert(fruit.convert("L")).point(lambda v: min(255, 8 * v))
        canvas.paste(fruit, (int(x - FRUIT / 2), int(y - FRUIT / 2)), ground)


def draw_names(draw: ImageDraw.ImageDraw, labels: np.ndarray, places: np.ndarray) -> None:
    """Write each class's name at the middle of its photographs, below a name that is there."""
    style = {"font": font(19), "anchor": "mm", "stroke_width": 3}
    taken = []
    for label in np.unique(labels):
        x, y = np.median(places[labels == label], axis=0)
        half = draw.textlength(label, font=style["font"]) / 2
        while any(abs(x - a) < half + b and abs(y - c) < 22 for a, b, c in taken):
            y += 4
        taken.append((x, half, y))
        draw.text((x, y), label, fill=INK, stroke_fill="white", **style)


def draw_curve(draw: ImageDraw.ImageDraw, ratios: np.ndarray, k: int) -> None:
    """Draw the cumulative ratio of variance and the line at 95 %."""
    left, top, right, bottom = CURVE
    last = min(len(ratios), 3 * k)
    xs = left + np.arange(1, last + 1) / last * (right - left)
    ys = bottom - ratios[:last] * (bottom - top)
    draw.rectangle(CURVE, outline=GREY)
    draw.line(list(zip(xs, ys, strict=True)), fill=GREEN, width=4)
    level = bottom - 0.95 * (bottom - top)
    draw.line([(left, level), (right, level)], fill=GREY)
    draw.line([(xs[k - 1], bottom), (xs[k - 1], ys[k - 1])], fill=GREY)
    draw.text((left, top - 40), "variance kept by k components", fill=INK, font=font(20))
    draw.text((left - 8, level), "95 %", fill=INK, font=font(16), anchor="rm")
    draw.text((xs[k - 1], bottom + 8), f"k = {k}", fill=INK, font=font(18), anchor="ma")
    draw.text((left, bottom + 8), "1", fill=GREY, font=font(16))
    draw.text((right, bottom + 8), str(last), fill=GREY, font=font(16), anchor="ra")


def main() -> None:
    """Make the tables and the picture."""
    target = sys.argv[2] if len(sys.argv) > 2 else ROOT / "docs" / "images" / "orchard_map.png"
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make_tables(folder, sys.argv[1])
        table = pq.read_table(folder / "out" / "pca").to_pydict()
        eigenvalues = np.load(folder / "out" / "model" / "eigenvalues.npy")
        pca = np.array(table["pca"])
        places = positions(pca)
        canvas = Image.new("RGB", SIZE, "white")
        draw_map(canvas, table["path"], places)
    draw = ImageDraw.Draw(canvas)
    draw_names(draw, np.array(table["label"]), places)
    draw_curve(draw, np.cumsum(eigenvalues) / eigenvalues.sum(), pca.shape[1])
    title = f"{len(pca)} photographs, 1,280 features each, by their first two of {pca.shape[1]} "
    draw.text((MAP[0], 18), title + "components", fill=INK, font=font(24))
    canvas.quantize(128).save(target, optimize=True)


if __name__ == "__main__":
    main()
