# SPDX-License-Identifier: Apache-2.0
"""The moments of a DataFrame's rows: one for each shard, merged by a fixed tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyspark import StorageLevel, TaskContext
from pyspark.sql import functions as F

from verger import _verger
from verger.spark._rows import float_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_SCHEMA = "place bigint, moments binary"
# Moments that are merged at once. A power of two, so that the merging of groups and then of what
# they gave is one and the same binary tree, however deep. Of 1280 features each has 6.5 MB, of
# which Spark holds several copies on their way: more would not fit a driver's usual heap of 1 GB.
_GROUP = 8


def moments_of(rows: DataFrame, sharded: bool, skip_invalid: bool) -> _verger.Moments | None:
    """Return the moments of a DataFrame of a column of list<float>, None when it has no rows.

    Sharded: the columns are (features, shard), the rows of a shard are in one partition, in their
    order, and shards in ascending order. Else each partition is a shard, with its number. The rows
    are computed once; what is kept of a partition is on disk until all are done.

    `skip_invalid`: pass over rows that have no moments; else they fail the task, as do rows of
    different lengths.
    """

    def shards(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from _moments_of_shards(batches, sharded, skip_invalid)

    partials = rows.mapInArrow(shards, _SCHEMA).persist(StorageLevel.DISK_ONLY)
    try:
        numbers = sorted(row[0] for row in partials.select("place").collect())
        return _merge_tree(_placed(partials, numbers), len(numbers)) if numbers else None
    finally:
        partials.unpersist()


def _placed(partials: DataFrame, numbers: list[int]) -> DataFrame:
    """Replace each shard's number by its place among those that have rows."""
    if numbers == list(range(len(numbers))):
        return partials
    places = partials.sparkSession.createDataFrame(
        [(number, place) for place, number in enumerate(numbers)], "shard bigint, to bigint"
    )
    placed = partials.join(F.broadcast(places), partials["place"] == places["shard"])
    return placed.select(F.col("to").alias("place"), "moments")


def _merge_tree(partials: DataFrame, count: int) -> _verger.Moments:
    """Merge moments 0 … count - 1 by the tree of merge_moments, the lower levels on executors.

    They go as Arrow all the way: a row of Spark would be pickled byte by byte.
    """
    while count > _GROUP:
        count = -(-count // _GROUP)
        partials = partials.repartition(count, F.floor(F.col("place") / _GROUP)).mapInArrow(
            _merged_groups, _SCHEMA
        )
    return _merged(_collected(partials))


def _merged_groups(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the moments of each group: all of a group are in one partition, in any order."""
    groups: dict[int, list[pa.RecordBatch]] = {}
    for batch in batches:
        for row in range(batch.num_rows):
            group = batch.column(0)[row].as_py() // _GROUP
            groups.setdefault(group, []).append(batch.slice(row, 1))
    for group in sorted(groups):
        yield _row(group, _merged(pa.Table.from_batches(groups.pop(group))))


def _merged(table: pa.Table) -> _verger.Moments:
    ordered = table.sort_by("place").column("moments")
    return _verger.merge_moments([_verger.Moments.from_bytes(row.as_py()) for row in ordered])


def _collected(frame: Any) -> pa.Table:
    """Return a DataFrame's rows; Any, since no release declares both of these methods."""
    if hasattr(frame, "toArrow"):  # since Spark 4
        return frame.toArrow()
    return pa.Table.from_batches(frame._collect_as_arrow())


def _moments_of_shards(
    batches: Iterable[pa.RecordBatch], sharded: bool, skip_invalid: bool
) -> Iterator[pa.RecordBatch]:
    context = TaskContext.get()
    partition = 0 if context is None else context.partitionId()
    shard, moments = -1, None
    for batch in batches:
        for number, piece in _pieces(batch) if sharded else [(partition, batch)]:
            if moments is not None and number != shard:
                yield _row(shard, moments)
                moments = None
            shard = number
            moments = _added(piece.column(0), moments, skip_invalid)
    if moments is not None:
        yield _row(shard, moments)


def _pieces(batch: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Yield the runs of rows of one shard, with its number."""
    if batch.column(1).null_count > 0:
        raise ValueError("A row has no shard: its shardCol is null.")
    shards = batch.column(1).to_numpy(zero_copy_only=False)
    ends = [*(np.flatnonzero(np.diff(shards)) + 1).tolist(), len(shards)]
    for begin, end in pairwise([0, *ends]):
        if end > begin:
            yield int(shards[begin]), batch.slice(begin, end - begin)


def _added(
    column: pa.Array, moments: _verger.Moments | None, skip_invalid: bool
) -> _verger.Moments | None:
    rows, valid = float_rows(column)
    if not skip_invalid and not valid.all():
        raise ValueError(
            "A row is null, or holds a null or a value that is not finite. To fit without such "
            "rows, set handleInvalid to 'skip' or 'keep'."
        )
    if len(rows) == 0:
        return moments
    if moments is None:
        moments = _verger.Moments(rows.shape[1])
    moments.add(rows)
    return moments


def _row(place: int, moments: _verger.Moments) -> pa.RecordBatch:
    places = pa.array([place], pa.int64())
    return pa.RecordBatch.from_arrays(
        [places, pa.array([moments.to_bytes()], pa.binary())], ["place", "moments"]
    )
