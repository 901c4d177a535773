# SPDX-License-Identifier: Apache-2.0
"""The network: read and checked by the driver, broadcast, built once in each Python worker."""

from __future__ import annotations

import hashlib
import os
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from verger import _verger
from verger._errors import ModelError
from verger._featurizer import _UNTRAINED, _UNTRAINED_WARNING
from verger._fetch import read_whole
from verger._libraries import load_openvino
from verger._places import Storage, is_s3
from verger._storage_errors import io_error
from verger._weights import fetch_weights, find_weights
from verger.spark._worker import kept, task_threads

if TYPE_CHECKING:
    from pyspark import Broadcast, SparkContext

    from verger.spark._params import HasNetwork


@dataclass(frozen=True)
class Recipe:
    """What the network is built from, besides the bytes of its file. Hashable."""

    weights: str  # the file, for the record; or untrained:SEED
    sha256: str  # what the file's bytes hash to; "" without a file
    onnx: bool
    precision: str
    max_pixels: int
    exif_orientation: bool
    fast_decode: bool

    def build(self, data: bytes | None, threads: int = 1) -> _verger.Featurizer:
        """Load the network. ValueError when it cannot run here, verger.ModelError for damage."""
        if self.onnx:
            load_openvino()
        return _verger.Featurizer(
            weights=self.weights,
            data=data,
            onnx=self.onnx,
            precision=self.precision,
            threads=threads,
            max_pixels=self.max_pixels,
            exif_orientation=self.exif_orientation,
            fast_decode=self.fast_decode,
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

    def open(self, threads: int | None = None) -> _verger.Featurizer:
        """Return the network, built by the first task of this process that asks for it.

        `threads`: images worked on at once; by default the cores of the task.
        """
        threads = threads or task_threads()

        def build() -> _verger.Featurizer:
            return self.recipe.build(self.file.value if self.file else None, threads)

        return kept((self.recipe, threads), build)


# On the driver, by recipe and by application and file: neither is done again for another transform.
_checked: dict[Recipe, dict[str, Any]] = {}
_broadcasts: dict[tuple[str, str], Broadcast[bytes]] = {}


def network_of(stage: HasNetwork, storage: Storage, context: SparkContext) -> Network:
    """Return the network that a stage's params name.

    Raises ValueError for params that exclude each other or are out of range, and verger.ModelError
    for a file that is absent, damaged or of another network. Warns of untrained weights.
    """
    if (weights := stage.getWeights()) is not None and weights.startswith(_UNTRAINED):
        warnings.warn(_UNTRAINED_WARNING, UserWarning, stacklevel=5)
    recipe, data = read_network(
        weights,
        stage.getModel(),
        storage,
        precision=stage.getPrecision(),
        max_pixels=stage.getMaxPixels(),
        exif_orientation=stage.getExifOrientation(),
        fast_decode=stage.getFastDecode(),
    )
    info = _check(recipe, data)
    return Network(recipe, _broadcast(context, recipe, data), info)


def read_network(
    weights: str | None, model: str | None, storage: Storage, **how: Any
) -> tuple[Recipe, bytes | None]:
    """Return a network's recipe and the bytes of its file, None where it has none.

    `weights` and `model` are paths of this machine or URIs; without either, the usual places are
    searched. `how` are the Recipe's other fields. Raises ValueError for both, and verger.ModelError
    for a file that cannot be read.
    """
    if weights and model:
        raise ValueError(
            "weights and model exclude each other: an ONNX model carries its own weights."
        )
    onnx = bool(model) or (weights or "").endswith(".onnx")
    if not model and (weights or "").startswith(_UNTRAINED):
        return Recipe(weights=str(weights), sha256="", onnx=False, **how), None
    place = model or weights
    if not onnx and not (place and (is_s3(place) or place.startswith("file:"))):
        place = os.fspath(find_weights(place or None) or fetch_weights())
    assert place is not None
    data = _read(place, storage)
    return Recipe(weights=place, sha256=hashlib.sha256(data).hexdigest(), onnx=onnx, **how), data


def _read(place: str, storage: Storage) -> bytes:
    try:
        return read_whole(place, storage)
    except ValueError as error:
        raise ModelError(f"The weights cannot be read: {error}") from error
    except OSError as error:
        raise ModelError(str(io_error("read", place, error))) from error


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
