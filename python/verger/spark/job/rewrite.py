"""A shard as an update leaves it. What a Spark task does.

Rows of unchanged images stay as they are stored, those of changed ones are made anew.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from verger.spark.job.extract import Extraction, Rows, commit, extract_rows, extract_shard
from verger.spark.job.listing import Image, ImageShard
from verger.spark.job.manifest import Manifest, Shard, inputs_sha256
from verger.spark.job.stored import other_images, read_inputs, stored_rows
from verger.spark.job.update_plan import ROW_CHANGED, ROW_KEPT, ROW_REMOVED

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Rewriting:
    """A stored shard, what becomes of its rows, and the images of those that are not removed."""

    manifest: Manifest
    fates: bytes
    images: list[Image]

    def shard(self) -> Shard:
        """The shard as it will be."""
        old = self.manifest.shard
        end = old.begin + len(self.images)
        return Shard(old.number, old.begin, end, inputs_sha256(self.images), old.options_sha256)

    def changed(self) -> list[Image]:
        """Images to read."""
        fates = (fate for fate in self.fates if fate != ROW_REMOVED)
        pairs = zip(fates, self.images, strict=True)
        return [image for fate, image in pairs if fate == ROW_CHANGED]


class _Taken:
    """Rows of both tables, taken in the order of the images."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._feature = 0
        self._reject = 0

    def at_feature(self, path: str) -> bool:
        """Tell whether the next row of features is of this path."""
        paths = self._rows.paths
        return self._feature < len(paths) and paths[self._feature] == path

    def take(self, path: str, to: _Merged | None) -> bool:
        """Move the next row of this path to `to`; False when there is none."""
        rows = self._rows
        if self.at_feature(path):
            if to is not None:
                to.rows.paths.append(path)
                to.rows.labels.append(rows.labels[self._feature])
                to.vectors.append(rows.features[self._feature])
            self._feature += 1
            return True
        rejected = rows.rejected
        if self._reject == len(rejected) or rejected[self._reject][0] != path:
            return False
        if to is not None:
            to.rows.rejected.append(rejected[self._reject])
        self._reject += 1
        return True

    def finished(self) -> bool:
        """Tell whether all rows are taken."""
        rows = self._rows
        return (self._feature, self._reject) == (len(rows.paths), len(rows.rejected))


class _Merged:
    """The rows of the shard as it will be."""

    def __init__(self, width: int) -> None:
        self.rows = Rows(np.empty((0, width), dtype=np.float32))
        self.vectors: list[NDArray[np.float32]] = []
        self.features_changed = False  # a row of features went, came or was made anew

    def settle(self) -> Rows:
        if self.vectors:
            self.rows.features = np.stack(self.vectors)
        return self.rows


def update_shard(job: Extraction, item: ImageShard | Rewriting, attempt: int) -> dict[str, Any]:
    """Do a new shard or write a stored one anew, and commit it.

    Return its manifest's document, the CPU time it took, and whether rows of features changed.
    Raises as extract_shard(); OSError too when the stored parts are damaged or of other images.
    """
    if isinstance(item, ImageShard):
        result = extract_shard(job, item, attempt)
        return result | {"features_changed": result["manifest"]["counts"]["features"] > 0}
    started = time.process_time()
    merged = _merge(job, item)
    done = commit(job, ImageShard(item.shard(), item.images), merged.settle(), attempt)
    return {
        "manifest": done.to_json(),
        "cpu_seconds": time.process_time() - started,
        "features_changed": merged.features_changed,
    }


def _made(job: Extraction, item: Rewriting) -> Rows:
    """Take the changed images through the network, which is built only when there are some."""
    images = item.changed()
    if not images:
        return Rows(np.empty((0, job.network.width), dtype=np.float32))
    return extract_rows(job, ImageShard(item.shard(), images), job.network.open(job.threads))


def _merge(job: Extraction, item: Rewriting) -> _Merged:
    output, manifest, width = job.writing.output, item.manifest, job.network.width
    assert manifest.inputs is not None
    paths, _ = read_inputs(output, manifest.inputs)
    stored = _Taken(stored_rows(output, manifest, width))
    made = _Taken(_made(job, item))
    merged = _Merged(width)
    for path, fate in zip(map(os.fsdecode, paths), item.fates, strict=True):
        kept = fate == ROW_KEPT
        if not kept:
            merged.features_changed |= stored.at_feature(path)
        if not stored.take(path, merged if kept else None):
            raise other_images(output, manifest)
        if fate == ROW_CHANGED:
            merged.features_changed |= made.at_feature(path)
            if not made.take(path, merged):
                raise other_images(output, manifest)
    if not stored.finished():
        raise other_images(output, manifest)
    return merged
