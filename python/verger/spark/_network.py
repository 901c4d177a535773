"""The network: read and checked by the driver, broadcast, built once in each Python worker."""

from __future__ import annotations

import hashlib
import os
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verger import _verger
from verger._featurizer import _UNTRAINED, _UNTRAINED_WARNING
from verger._weights import fetch_weights, find_weights
from verger.spark._places import is_s3, open_place
from verger.spark._worker import kept, task_threads

if TYPE_CHECKING:
    from pyspark import Broadcast, SparkContext

    from verger.spark._params import HasNetwork


@dataclass(frozen=True)
class Recipe:
    """What the network is built from, besides the bytes of its file. Hashable."""

    weights: str  # the file, for the record; or untrained:SEED
    sha256: str  # of the file's bytes; "" without a file
    onnx: bool
    precision: str
    max_pixels: int
    exif_orientation: bool

    def build(self, data: bytes | None, threads: int) -> _verger.Featurizer:
        """Load the network. Raises ValueError and verger.ModelError."""
        return _verger.Featurizer(
            weights=self.weights,
            data=data,
            onnx=self.onnx,
            precision=self.precision,
            threads=threads,
            max_pixels=self.max_pixels,
            exif_orientation=self.exif_orientation,
        )


@dataclass(frozen=True)
class Network:
    """A network that travels with a task: its recipe, and its file as a broadcast."""

    recipe: Recipe
    file: Broadcast[bytes] | None
    info: dict[str, Any]  # what verger.Featurizer.info tells

    @property
    def width(self) -> int:
        """Features an image."""
        return int(self.info["width"])

    def open(self) -> _verger.Featurizer:
        """Return the network, built by the first task of this process that asks for it."""
        threads = task_threads()

        def build() -> _verger.Featurizer:
            return self.recipe.build(self.file.value if self.file else None, threads)

        return kept((self.recipe, threads), build)


# On the driver, by recipe and by application and file: neither is done again for another transform.
_checked: dict[Recipe, dict[str, Any]] = {}
_broadcasts: dict[tuple[str, str], Broadcast[bytes]] = {}


def network_of(stage: HasNetwork, context: SparkContext) -> Network:
    """Return the network that a stage's params name.

    Raises ValueError for params that exclude each other or are out of range, and verger.ModelError
    for a file that is absent, damaged or of another network. Warns of untrained weights.
    """
    weights, data = _file_of(stage)
    recipe = Recipe(
        weights=weights,
        sha256=hashlib.sha256(data).hexdigest() if data is not None else "",
        onnx=stage.getModel() is not None,
        precision=stage.getPrecision(),
        max_pixels=stage.getMaxPixels(),
        exif_orientation=stage.getExifOrientation(),
    )
    info = _check(recipe, data)
    return Network(recipe, _broadcast(context, recipe, data), info)


def _file_of(stage: HasNetwork) -> tuple[str, bytes | None]:
    weights, model = stage.getWeights(), stage.getModel()
    if weights is not None and model is not None:
        raise ValueError(
            "weights and model exclude each other: an ONNX model carries its own weights."
        )
    if weights is not None and weights.startswith(_UNTRAINED):
        warnings.warn(_UNTRAINED_WARNING, UserWarning, stacklevel=6)
        return weights, None
    place = model if model is not None else weights
    if place is not None and (is_s3(place) or place.startswith("file:")):
        return place, _read(place)
    path = find_weights(weights) if model is None else Path(model)
    path = path or fetch_weights()
    return os.fspath(path), _read(os.fspath(path))


def _read(place: str) -> bytes:
    try:
        filesystem, name = open_place(place)
        with filesystem.open_input_file(name) as file:
            content: bytes = file.read()
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0].rstrip(". ")
        raise _verger.ModelError(f"The weights '{place}' cannot be read: {reason}.") from error
    return content


def _check(recipe: Recipe, data: bytes | None) -> dict[str, Any]:
    """Build the network here once, so that what is wrong with it is not left to the tasks.

    In f32: the driver need not have what the executors' processors have.
    """
    if recipe not in _checked:
        info = replace(recipe, precision="f32").build(data, threads=1).info
        _checked[recipe] = {**info, "precision": recipe.precision}
    return _checked[recipe]


def _broadcast(
    context: SparkContext, recipe: Recipe, data: bytes | None
) -> Broadcast[bytes] | None:
    if data is None:
        return None
    key = (str(context.applicationId), recipe.sha256)
    if key not in _broadcasts:
        _broadcasts[key] = context.broadcast(data)
    return _broadcasts[key]
