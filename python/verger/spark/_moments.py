"""The moments of a DataFrame's rows: one for each shard, merged by a fixed tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyspark import StorageLevel, TaskContext

from verger import _verger
from verger.spark._rows import float_rows

if TYPE_CHECKING:
    from pyspark import RDD
    from pyspark.sql import DataFrame

_SCHEMA = "shard bigint, moments binary"
# Moments that are merged at once. A power of two, so that the merging of groups and then of what
# they gave is one and the same binary tree, however deep. Of 1280 features each has 6.5 MB, of
# which Spark holds several copies on their way: more would not fit a driver's usual heap of 1 GB.
_GROUP = 8


def moments_of(rows: DataFrame, sharded: bool, skip_invalid: bool) -> _verger.Moments | None:
    """Return the moments of a DataFrame of a column of list<float>, None when it has no rows.

    Sharded: the columns are (features, shard), the rows of a shard are in one partition, in their
    order, and shards in ascending order. Else each partition is a shard, with its number. The rows
    are computed once; what is kept of a partition is persisted until all are done.

    `skip_invalid`: pass over rows that have no moments; else they fail the task, as do rows of
    different lengths.
    """

    def shards(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from _moments_of_shards(batches, sharded, skip_invalid)

    partials = rows.mapInArrow(shards, _SCHEMA).rdd.map(lambda row: (row[0], bytes(row[1])))
    partials = partials.persist(StorageLevel.DISK_ONLY)
    try:
        numbers = sorted(partials.keys().collect())
        if not numbers:
            return None
        place = {number: position for position, number in enumerate(numbers)}
        ordered = partials.map(lambda pair: (place[pair[0]], pair[1]))
        return _merge_tree(ordered, len(numbers))
    finally:
        partials.unpersist()


def _merge_tree(partials: RDD[tuple[int, bytes]], count: int) -> _verger.Moments:
    """Merge moments 0 … count - 1 by the tree of merge_moments, the lower levels on executors."""
    while count > _GROUP:
        groups = -(-count // _GROUP)
        partials = (
            partials.map(lambda pair: (pair[0] // _GROUP, pair))
            .groupByKey(groups)
            .map(lambda group: (group[0], _merged(group[1]).to_bytes()))
        )
        count = groups
    return _merged(partials.collect())


def _merged(pairs: Iterable[tuple[int, bytes]]) -> _verger.Moments:
    ordered = sorted(pairs, key=lambda pair: pair[0])
    return _verger.merge_moments([_verger.Moments.from_bytes(data) for _, data in ordered])


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


def _row(shard: int, moments: _verger.Moments) -> pa.RecordBatch:
    shards = pa.array([shard], pa.int64())
    return pa.RecordBatch.from_arrays(
        [shards, pa.array([moments.to_bytes()], pa.binary())], ["shard", "moments"]
    )
