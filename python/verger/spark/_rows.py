# SPDX-License-Identifier: Apache-2.0
"""Arrow's columns of vectors <-> NumPy's matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DENSE = 1  # VectorUDT's type of a dense vector; 0 is a sparse one
# VectorUDT.sqlType: what Spark ML's vectors are as a struct.
_VECTOR_FIELDS = [
    pa.field("type", pa.int8(), nullable=False),
    pa.field("size", pa.int32()),
    pa.field("indices", pa.list_(pa.field("element", pa.int32(), nullable=False))),
    pa.field("values", pa.list_(pa.field("element", pa.float64(), nullable=False))),
]


def float_rows(column: Any) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return a column of list<float> as float32 [valid rows, width], and which rows are valid.

    A row is not valid that is null or holds a null or a value that is not finite. Width is 0 where
    all rows are null. Raises ValueError for rows of different lengths.
    """
    lengths = pc.unique(pc.drop_null(pc.list_value_length(column))).to_pylist()
    if len(lengths) > 1:
        raise ValueError(
            f"The rows of a column must have the same length; there are {lengths[0]} and "
            f"{lengths[1]}."
        )
    valid = np.asarray(column.is_valid())
    width = lengths[0] if lengths else 0
    rows = pc.list_flatten(column).to_numpy(zero_copy_only=False)  # a null is NaN
    rows = np.ascontiguousarray(rows, dtype=np.float32).reshape(int(valid.sum()), width)
    finite = np.isfinite(rows).all(axis=1)
    valid[valid] = finite
    return rows if finite.all() else rows[finite], valid


def list_column(values: Any, valid: NDArray[np.bool_], width: int, name: str = "element") -> Any:
    """Return a column of lists: the rows of `values`, an Arrow array, where valid, else null."""
    offsets = np.zeros(len(valid) + 1, dtype=np.int32)
    np.cumsum(valid * width, out=offsets[1:])
    kind = pa.list_(pa.field(name, values.type, nullable=False))
    return pa.ListArray.from_arrays(offsets, values, type=kind, mask=pa.array(~valid))


def vector_column(values: Any, valid: NDArray[np.bool_], width: int) -> Any:
    """Return a column of Spark ML's dense vectors, from the same."""
    count = len(valid)
    children = [
        pa.array(np.full(count, _DENSE, dtype=np.int8)),
        pa.nulls(count, _VECTOR_FIELDS[1].type),
        pa.nulls(count, _VECTOR_FIELDS[2].type),
        list_column(values.cast(pa.float64()), valid, width),
    ]
    return pa.StructArray.from_arrays(children, fields=_VECTOR_FIELDS, mask=pa.array(~valid))


def with_columns(batch: Any, added: dict[str, Any]) -> Any:
    """Return a record batch with columns added behind its own."""
    fields = [pa.field(name, column.type) for name, column in added.items()]
    return pa.RecordBatch.from_arrays(
        [*batch.columns, *added.values()], schema=pa.schema([*batch.schema, *fields])
    )
