"""The network: found and checked on the driver, sent to the executors once, loaded there once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from verger import _verger
from verger._verger import ModelError
from verger._weights import fetch_weights, find_weights
from verger.spark.job.listing import read_image
from verger.spark.job.places import open_store, split_file
from verger.spark.job.store import Entry, Store

_UNTRAINED = "untrained:"
_MOST_WIDTH = 16384
_SAMPLE_IMAGES = 32


@dataclass(frozen=True)
class NetworkFile:
    """All that a Featurizer is made of; it is broadcast."""

    weights: str  # the file's name, or untrained:SEED
    data: bytes | None
    onnx: bool
    precision: str
    max_pixels: int
    exif_orientation: bool

    def load(self, threads: int, precision: str | None = None) -> _verger.Featurizer:
        """Load the network. ModelError when it is damaged, ValueError when it cannot run here."""
        return _verger.Featurizer(
            weights=self.weights,
            data=self.data,
            onnx=self.onnx,
            precision=precision or self.precision,
            threads=threads,
            max_pixels=self.max_pixels,
            exif_orientation=self.exif_orientation,
        )


def find_network(options: dict[str, Any]) -> NetworkFile:
    """Return the network that the options name. ModelError when there is none."""
    weights: str = options["model"] or options["weights"]
    data = None
    onnx = bool(options["model"]) or weights.endswith(".onnx")
    if not weights.startswith(_UNTRAINED) or options["model"]:
        weights, data = _read(weights, options, onnx=onnx)
    return NetworkFile(
        weights, data, onnx, options["precision"], options["max_pixels"],
        options["exif_orientation"],
    )  # fmt: skip


def _read(weights: str, options: dict[str, Any], *, onnx: bool) -> tuple[str, bytes]:
    if "://" not in weights and not onnx:
        weights = os.fspath(find_weights(weights or None) or fetch_weights())
    try:
        folder, name = split_file(weights)
        return weights, open_store(folder, options).read(name)
    except OSError as error:
        raise ModelError(str(error)) from error


def check_width(width: int) -> None:
    """ModelError when vectors are too wide to be reduced."""
    if width > _MOST_WIDTH:
        raise ModelError(
            f"Vectors of {width} numbers are too wide: verger reduces at most {_MOST_WIDTH}; "
            "choose a model whose output is pooled."
        )


_loaded: dict[tuple[str, int], _verger.Featurizer] = {}


def loaded_network(file: NetworkFile, key: str, threads: int) -> _verger.Featurizer:
    """Load a network, or return the one that this process has: `key` is of its recipe.

    A Python worker does one task after another, so the network is loaded once a worker.
    """
    if (key, threads) not in _loaded:
        _loaded.clear()
        _loaded[key, threads] = file.load(threads)
    return _loaded[key, threads]


def check_precision(store: Store, images: list[Entry], file: NetworkFile) -> dict[str, Any]:
    """Return how near a reduced precision stays to f32 on a sample of the images."""
    samples = min(_SAMPLE_IMAGES, len(images))
    taken = [read_image(store, images[i * len(images) // samples]) for i in range(samples)]
    data: list[object] = [image for image in taken if isinstance(image, bytes)]
    reduced, exact = (
        np.asarray(file.load(1, precision).featurize(data).features, dtype=np.float64)
        for precision in (file.precision, "f32")
    )
    lengths = np.linalg.norm(reduced, axis=1) * np.linalg.norm(exact, axis=1)
    products = (reduced * exact).sum(axis=1)
    same = np.where((reduced == exact).all(axis=1), 1.0, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        cosines = np.sort(np.where(lengths > 0, products / lengths, same))
    if not len(cosines):
        return {"images": 0, "lowest_cosine": 0.0, "median_cosine": 0.0}
    return {
        "images": len(cosines),
        "lowest_cosine": float(cosines[0]),
        "median_cosine": float(cosines[len(cosines) // 2]),
    }
