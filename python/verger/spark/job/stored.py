"""What an output holds already, as an update reads it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from verger.spark.job.extract import Rows
from verger.spark.job.manifest import JSON_VERSION, SHARDS_FOLDER, Manifest, Part
from verger.spark.job.store import Store
from verger.spark.job.tables import read_features, reading_part

T = TypeVar("T")


def read_document(store: Store, name: str) -> dict[str, Any]:
    """Return a JSON file's. OSError when it is absent or is not JSON."""
    return parse_document(store, name, store.read(name))


def parse_document(store: Store, name: str, data: bytes) -> dict[str, Any]:
    """Return the document of a file that was read. OSError when it is not JSON."""
    try:
        document: dict[str, Any] = json.loads(data)
    except ValueError as error:
        place = store.display_path(name)
        raise OSError(f"{place} is damaged: it is not JSON.") from error
    return document


def parsed(
    store: Store, name: str, kind: str, document: dict[str, Any], parse: Callable[[Any], T]
) -> T:
    """Return parse(document); OSError that names the file when it is none of its kind."""
    try:
        return parse(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise OSError(
            f"{store.display_path(name)}: It is not a {kind} file of version {JSON_VERSION}."
        ) from error


def read_manifests(store: Store) -> list[Manifest]:
    """Return the manifests of an output, in the order of the shards' numbers. OSError."""
    manifests = []
    for file in store.files(SHARDS_FOLDER):
        document = read_document(store, file.name)
        manifests.append(parsed(store, file.name, "verger-shard", document, Manifest.parse))
    manifests.sort(key=lambda manifest: manifest.shard.number)
    return manifests


def read_inputs(store: Store, part: Part) -> tuple[list[bytes], list[int]]:
    """Return paths and stamps of a shard's images, in its order.

    OSError when it is another file than the shard's manifest describes.
    """
    data = store.read(part.name)
    place = f"Cannot read {store.display_path(part.name)}"
    if len(data) != part.bytes or hashlib.sha256(data).hexdigest() != part.sha256:
        raise OSError(f"{place}: it is not the file that the shard's manifest describes.")
    try:
        table = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True).read()
        paths = table.column("path").cast(pa.binary()).to_pylist()
        stamps = table.column("stamp").to_pylist()
    except (pa.ArrowException, KeyError) as error:
        raise OSError(f"{place}: it does not list the inputs of a shard.") from error
    if None in paths or None in stamps:
        raise OSError(f"{place}: it holds a null.")
    return paths, stamps


def stored_rows(store: Store, manifest: Manifest, width: int) -> Rows:
    """Return the rows of a finished shard. OSError when a part is damaged."""
    rows = Rows(np.empty((manifest.features.rows, width), dtype=np.float32))
    for paths, labels, features in read_features(store, manifest.features.name, width):
        begin = len(rows.paths)
        rows.paths.extend(_texts(paths))
        rows.labels.extend(_texts(labels))
        if len(rows.paths) > len(rows.features):
            break
        rows.features[begin : len(rows.paths)] = features
    if len(rows.paths) != len(rows.features):
        raise other_images(store, manifest)
    if manifest.rejected is not None:
        rows.rejected = _read_rejected(store, manifest.rejected.name)
    return rows


def other_images(store: Store, manifest: Manifest) -> OSError:
    """Return the error of a shard whose rows do not fit its inputs."""
    return OSError(
        f"The rows of {store.display_path(manifest.features.name)} are not of the images that its "
        "shard lists; make the output anew with 'verger run --overwrite'."
    )


def _texts(values: Any) -> list[str]:
    return [os.fsdecode(value or b"") for value in values.cast(pa.binary()).to_pylist()]


def _read_rejected(store: Store, name: str) -> list[tuple[str, str, str, str, int]]:
    names = ["path", "label", "reason", "message"]
    with reading_part(store, name) as file:
        table = file.read(columns=[*names, "length"])
        texts = [_texts(table.column(text)) for text in names]
        lengths: list[int] = table.column("length").to_pylist()
    return list(zip(*texts, lengths, strict=True))
