"""What the run wants of its network, which the driver builds before any task does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from verger._verger import ModelError
from verger.spark._network import Network, Recipe, read_network
from verger.spark.job.listing import Image, read_image
from verger.spark.job.places import storage_of
from verger.spark.job.store import Store

if TYPE_CHECKING:
    from pyspark import SparkContext

_MOST_WIDTH = 16384
_SAMPLE_IMAGES = 32


@dataclass(frozen=True)
class CheckedNetwork:
    """A network that was built here once."""

    recipe: Recipe
    data: bytes | None  # of its file
    info: dict[str, Any]
    options_sha256: str  # of all that features depend on

    def broadcast(self, context: SparkContext) -> Network:
        """Return what tasks open it from; its `file`, if any, is the caller's to destroy."""
        file = None if self.data is None else context.broadcast(self.data)
        return Network(self.recipe, file, self.info)


def find_network(options: dict[str, Any]) -> CheckedNetwork:
    """Return the network that the options of a run name.

    Raises ModelError when it is absent, damaged or too wide, ValueError when it cannot run here.
    """
    recipe, data = read_network(
        options["weights"],
        options["model"],
        storage_of(options),
        precision=options["precision"],
        max_pixels=options["max_pixels"],
        exif_orientation=options["exif_orientation"],
        fast_decode=options["fast_decode"],
    )
    network = recipe.build(data)
    if network.width > _MOST_WIDTH:
        raise ModelError(
            f"Vectors of {network.width} numbers are too wide: verger reduces at most "
            f"{_MOST_WIDTH}; choose a model whose output is pooled."
        )
    return CheckedNetwork(recipe, data, network.info, network.extraction_sha256)


def check_precision(store: Store, images: list[Image], network: CheckedNetwork) -> dict[str, Any]:
    """Return how near a reduced precision stays to f32 on a sample of the images."""
    samples = min(_SAMPLE_IMAGES, len(images))
    taken = [read_image(store, images[i * len(images) // samples]) for i in range(samples)]
    data: list[object] = [image for image in taken if isinstance(image, bytes)]
    reduced, exact = (
        np.asarray(recipe.build(network.data).featurize(data).features, dtype=np.float64)
        for recipe in (network.recipe, replace(network.recipe, precision="f32"))
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
