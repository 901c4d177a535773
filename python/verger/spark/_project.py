# SPDX-License-Identifier: Apache-2.0
"""What a task of `VariancePCAModel` does: features in, their principal components out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from verger import _verger
from verger.spark._rows import float_rows, list_column, vector_column, with_columns
from verger.spark._worker import kept, task_threads

if TYPE_CHECKING:
    from pyspark import Broadcast, SparkContext


@dataclass(frozen=True)
class SharedModel:
    """A model as a broadcast."""

    digest: str
    files: Broadcast[dict[str, bytes]]

    def open(self) -> _verger.PcaModel:
        """Return the model, decoded by the first task of this process that asks for it."""
        return kept(self.digest, lambda: _verger.PcaModel.from_files(self.files.value))


_broadcasts: dict[tuple[str, str], SharedModel] = {}


def broadcast_model(context: SparkContext, model: _verger.PcaModel) -> SharedModel:
    """Broadcast a model, once an application."""
    files = model.to_files()
    # model.json holds the hashes of the other files.
    digest = hashlib.sha256(files["model.json"]).hexdigest()
    key = (str(context.applicationId), digest)
    if key not in _broadcasts:
        _broadcasts[key] = SharedModel(digest, context.broadcast(files))
    return _broadcasts[key]


@dataclass(frozen=True)
class Projection:
    """The params of a VariancePCAModel as its tasks need them."""

    model: SharedModel
    column: int  # the number of the column of list<float>
    dropped: bool  # whether that column, the last, was added for the task alone
    output: str
    vectors: bool
    invalid: str  # handleInvalid

    def run(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of `batches` with the column added."""
        for batch in batches:
            if batch.num_rows > 0:
                yield self._projected(batch)

    def _projected(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        model = self.model.open()
        rows, valid = float_rows(batch.column(self.column))
        if self.invalid == "error" and not valid.all():
            raise ValueError(
                "A row is null, or holds a null or a value that is not finite. To go on without "
                "such rows, set handleInvalid to 'skip' or 'keep'."
            )
        values = np.empty(0) if len(rows) == 0 else model.project(rows, task_threads()).ravel()
        make = vector_column if self.vectors else list_column
        own = batch.select(range(batch.num_columns - 1)) if self.dropped else batch
        joined = with_columns(own, {self.output: make(pa.array(values), valid, model.k)})
        return joined.filter(pa.array(valid)) if self.invalid == "skip" else joined
