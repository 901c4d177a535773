# SPDX-License-Identifier: Apache-2.0
"""What a task of `ImageFeaturizer` does: record batches of images in, with their features out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from verger import _verger
from verger._fetch import read_many
from verger.spark._network import Network
from verger.spark._rows import list_column, vector_column, with_columns

# What goes through the network in one native call, for each thread: long enough that threads hardly
# wait for the last image, short enough that rows flow on and memory stays small.
_IMAGES_A_THREAD = 32
_MOST_BYTES = 32 << 20

_ERROR = pa.struct([("reason", pa.string()), ("message", pa.string())])


@dataclass(frozen=True)
class Task:
    """The params of an ImageFeaturizer as its tasks need them."""

    network: Network
    column: int  # the number of the input column
    paths: bool  # whether it holds paths; else the bytes of images
    names: int | None  # the column to name images by, if there is one
    output: str
    vectors: bool
    error: str | None
    invalid: str  # handleInvalid
    storage: dict[str, Any]

    def run(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of `batches` with the columns added. A task without rows loads nothing."""
        for batch in batches:
            if batch.num_rows == 0:
                continue
            native = self.network.open()
            pieces = self._fetched(native, batch) if self.paths else self._given(native, batch)
            for piece, result in pieces:
                yield self._joined(piece, result)

    def _given(
        self, native: _verger.Featurizer, batch: pa.RecordBatch
    ) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
        size = _IMAGES_A_THREAD * native.threads
        for begin in range(0, batch.num_rows, size):
            piece = batch.slice(begin, size)
            yield piece, pa.record_batch(native.featurize_arrow(piece.column(self.column)))

    def _fetched(
        self, native: _verger.Featurizer, batch: pa.RecordBatch
    ) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
        paths = batch.column(self.column).to_pylist()
        contents = read_many([path for path in paths if path is not None], self.storage)
        size = _IMAGES_A_THREAD * native.threads
        images: list[bytes | OSError | None] = []
        begin = held = 0
        for end, path in enumerate(paths, start=1):
            image = None if path is None else next(contents)
            images.append(image)
            held += len(image) if isinstance(image, bytes) else 0
            if len(images) == size or held > _MOST_BYTES or end == len(paths):
                yield batch.slice(begin, len(images)), _featurized(native, images)
                begin, held, images = end, 0, []

    def _joined(self, piece: pa.RecordBatch, result: pa.RecordBatch) -> pa.RecordBatch:
        features = result.column("features")
        valid = np.asarray(features.is_valid())
        if self.invalid == "error" and not valid.all():
            self._refuse(piece, result, int(np.argmin(valid)))
        make = vector_column if self.vectors else list_column
        added = {self.output: make(features.flatten(), valid, self.network.width)}
        if self.error is not None:
            errors = [result.column("reason"), result.column("message")]
            mask = pa.array(valid)
            added[self.error] = pa.StructArray.from_arrays(errors, fields=list(_ERROR), mask=mask)
        joined = with_columns(piece, added)
        return joined.filter(pa.array(valid)) if self.invalid == "skip" else joined

    def _refuse(self, piece: pa.RecordBatch, result: pa.RecordBatch, row: int) -> None:
        name = "" if self.names is None else f" {piece.column(self.names)[row].as_py()}"
        reason, message = (result.column(column)[row].as_py() for column in ("reason", "message"))
        raise ValueError(
            f"The image{name} is invalid ({reason}): {message} To go on without such images, set "
            "handleInvalid to 'skip' or 'keep'."
        )


def _featurized(
    native: _verger.Featurizer, images: Sequence[bytes | OSError | None]
) -> pa.RecordBatch:
    """Return the features of images that were read, and why the others were not."""
    contents = [image if isinstance(image, bytes) else None for image in images]
    result = pa.record_batch(native.featurize(list(contents)))
    failed = pa.array([isinstance(image, OSError) for image in images])
    if not pc.any(failed).as_py():
        return result
    messages = [str(image) if isinstance(image, OSError) else None for image in images]
    column = result.schema.get_field_index("message")
    told = pc.if_else(failed, pa.array(messages, pa.string()), result.column(column))
    return result.set_column(column, "message", told)
