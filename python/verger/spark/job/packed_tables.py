"""Columns of Parquet and Arrow tables that hold images, and what is told of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import pyarrow as pa


def _kind(column: Any) -> str:
    if column.max_repetition_level:
        return "other"
    if column.physical_type == "BYTE_ARRAY":
        text = column.logical_type.type == "STRING" or column.converted_type == "UTF8"
        return "text" if text else "bytes"
    return "integer" if column.physical_type in ("INT32", "INT64") else "other"


def describe_parquet(table: Any) -> list[tuple[str, str]]:
    """Return path and kind of each leaf column of a ParquetFile, as choose_columns() takes them."""
    columns = [table.schema.column(i) for i in range(len(table.schema))]
    return [(column.path, _kind(column)) for column in columns]


def texts_of(
    table: Any, described: list[tuple[str, str]], column: int | None, rows: int
) -> Sequence[Any]:
    """Return a column's values, text as os.fsdecode gives it."""
    if column is None:
        return [None] * rows
    values = leaf(table, described[column][0])
    if described[column][1] == "text":
        values = values.cast(pa.binary())
        return [None if v is None else os.fsdecode(v) for v in values.to_pylist()]
    found: Sequence[Any] = values.to_pylist()
    return found


def leaf(table: Any, path: str) -> Any:
    """Return the column of this path, as one array."""
    if path in table.schema.names:
        column = table.column(path)
    else:
        outer, inner = path.split(".", 1)
        column = table.column(outer)
        column = column.flatten()[column.type.get_field_index(inner)]  # null where the struct is
    if isinstance(column, pa.ChunkedArray):
        return column.combine_chunks()
    return column


def _arrow_kind(kind: pa.DataType) -> str:
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return "bytes"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "text"
    return "integer" if pa.types.is_integer(kind) else "other"


def describe_arrow(schema: pa.Schema) -> list[tuple[str, str]]:
    """Return the same of an Arrow schema: its columns and, one level down, fields of structs."""
    columns = []
    for field in schema:
        columns.append((field.name, _arrow_kind(field.type)))
        for i in range(field.type.num_fields):
            plain = pa.types.is_struct(field.type)
            inner = field.type.field(i)
            kind = _arrow_kind(inner.type) if plain else "other"
            columns.append((f"{field.name}.{inner.name}", kind))
    return columns


def open_arrow(stream: Any, fields: list[int] | None = None) -> Any:
    """Open an IPC file, with these top-level columns alone."""
    return pa.ipc.open_file(stream, options=pa.ipc.IpcReadOptions(included_fields=fields))
