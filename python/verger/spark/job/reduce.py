"""Features → moments → PCA model → pca parts. The last step is what a Spark task does."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from verger import _verger
from verger.spark.job.extract import Writing
from verger.spark.job.manifest import Manifest, Part
from verger.spark.job.store import Store, below
from verger.spark.job.tables import (
    PartWriter,
    floats,
    part_file_name,
    pca_columns,
    read_features,
    vectors,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyspark import Broadcast


def moments_of(store: Store, manifest: Manifest, width: int) -> _verger.Moments:
    """Return a finished shard's moments, from their file or from its features. OSError."""
    if manifest.moments is None:
        moments = _verger.Moments(width)
        for _, _, rows in read_features(store, manifest.features.name, width):
            moments.add(rows)
        return moments
    name = manifest.moments.name
    try:
        moments = _verger.Moments.from_bytes(store.read(name))
    except ValueError as error:
        raise OSError(f"{store.display_path(name)}: {error}") from error
    if moments.width != width:
        raise OSError(f"{store.display_path(name)}: It is of {moments.width} features.")
    return moments


@dataclass(frozen=True)
class Projection:
    """What all shards of a projection have in common."""

    writing: Writing
    model: Broadcast[_verger.PcaModel]
    layout: str
    threads: int


def project_shard(job: Projection, item: tuple[int, str], attempt: int) -> dict[str, Any]:
    """Project one shard's features and write its pca part; return what identifies the part.

    `item`: the shard's number and its features part. OSError.
    """
    number, features = item
    writing, model = job.writing, job.model.value
    file = part_file_name(number, writing.uuid, attempt)
    name = below(writing.folders.pca, file)
    with writing.output.create(name, writing.fence) as stream:
        writer = PartWriter(stream, pca_columns(job.layout, model.width, model.k))
        for path, label, rows in read_features(writing.output, features, model.width):
            writer.write([path, label, *_projected(job, model, rows)])
        return writer.finish(name).to_json()


def _projected(
    job: Projection, model: _verger.PcaModel, rows: NDArray[np.float32]
) -> list[pa.Array]:
    exact = model.project(rows, job.threads)
    if job.layout == "tables":
        return [floats(exact.astype(np.float32))]
    scaled = model.standardise(rows, job.threads)
    return [floats(rows), vectors(rows.astype(np.float64)), vectors(scaled), vectors(exact)]


def save_model(writing: Writing, model: _verger.PcaModel) -> list[Part]:
    """Write the model's files, model.json last; return what identifies them."""
    files = []
    for name, data in model.to_files().items():
        path = below(writing.folders.model, name)
        writing.output.write(path, data, writing.fence)
        files.append(Part(path, 0, len(data), hashlib.sha256(data).hexdigest()))
    return files


def describe(model: _verger.PcaModel) -> dict[str, Any]:
    """Return what run.json says of the reduction."""
    return {
        "k": model.k,
        "count": model.count,
        "cumulative_below": model.cumulative_ratio(model.k - 1),
        "cumulative": model.cumulative_ratio(model.k),
        "cumulative_above": model.cumulative_ratio(min(model.k + 1, model.width)),
    }
