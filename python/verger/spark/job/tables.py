"""The tables' part files, as the program and Spark write them (docs/formats.md)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from verger.spark.job.manifest import Part
from verger.spark.job.store import Fence, Store

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROW_GROUP_ROWS = 256
# The release whose layout this is. Spark looks here for quirks of older writers.
_SPARK_VERSION = "3.5.6"
_DENSE = 1  # VectorUDT's `type`; 0 is sparse


def _list_of(element: pa.DataType, *, nullable: bool) -> pa.DataType:
    return pa.list_(pa.field("element", element, nullable=nullable))


_ARROW = {
    "string": pa.string(),
    "long": pa.int64(),
    "floats": _list_of(pa.float32(), nullable=True),
    "vector": pa.struct(
        [
            pa.field("type", pa.int8(), nullable=False),
            pa.field("size", pa.int32()),
            pa.field("indices", _list_of(pa.int32(), nullable=False)),
            pa.field("values", _list_of(pa.float64(), nullable=False)),
        ]
    ),
}


def _spark_array(element: str, *, nullable: bool) -> dict[str, Any]:
    return {"type": "array", "elementType": element, "containsNull": nullable}


def _spark_field(name: str, kind: object, nullable: bool, metadata: object) -> dict[str, Any]:
    return {"name": name, "type": kind, "nullable": nullable, "metadata": metadata}


_SPARK: dict[str, Any] = {
    "string": "string",
    "long": "long",
    "floats": _spark_array("float", nullable=True),
    "vector": {
        "type": "udt",
        "class": "org.apache.spark.ml.linalg.VectorUDT",
        "pyClass": "pyspark.ml.linalg.VectorUDT",
        "sqlType": {
            "type": "struct",
            "fields": [
                _spark_field("type", "byte", False, {}),
                _spark_field("size", "integer", True, {}),
                _spark_field("indices", _spark_array("integer", nullable=False), True, {}),
                _spark_field("values", _spark_array("double", nullable=False), True, {}),
            ],
        },
    },
}

# Name, kind, and of a vector that Spark ML made the number of its attributes (else 0).
Column = tuple[str, str, int]
FEATURES: list[Column] = [("path", "string", 0), ("label", "string", 0), ("features", "floats", 0)]
REJECTED: list[Column] = [
    ("path", "string", 0),
    ("label", "string", 0),
    ("reason", "string", 0),
    ("message", "string", 0),
    ("length", "long", 0),
]


INPUTS: list[Column] = [("path", "string", 0), ("stamp", "long", 0)]


def pca_columns(layout: str, width: int, k: int) -> list[Column]:
    """Return the columns of the pca table in a layout."""
    if layout == "tables":
        return [*FEATURES[:2], ("pca", "floats", 0)]
    return [
        *FEATURES,
        ("features_vectors", "vector", 0),
        ("features_scaled", "vector", width),
        ("features_pca", "vector", k),
    ]


def strings(values: Sequence[str]) -> pa.Array:
    """Return a string array; file names keep bytes that are not UTF-8."""
    return pa.array([os.fsencode(value) for value in values], pa.binary()).view(pa.string())


def _lists(kind: pa.DataType, rows: NDArray[Any]) -> pa.Array:
    offsets = np.arange(len(rows) + 1, dtype=np.int32) * np.int32(rows.shape[1])
    values = pa.array(np.ascontiguousarray(rows).reshape(-1))
    return pa.ListArray.from_arrays(pa.array(offsets), values, type=kind)


def floats(rows: NDArray[np.float32]) -> pa.Array:
    """Return a list of float for each row."""
    return _lists(_ARROW["floats"], rows)


def vectors(rows: NDArray[np.float64]) -> pa.Array:
    """Return a dense vector of Spark ML for each row."""
    kind = _ARROW["vector"]
    count = len(rows)
    return pa.StructArray.from_arrays(
        [
            pa.array(np.full(count, _DENSE, dtype=np.int8)),
            pa.nulls(count, kind.field("size").type),
            pa.nulls(count, kind.field("indices").type),
            _lists(kind.field("values").type, rows),
        ],
        fields=list(kind),
    )


class _HashingFile:
    """Passes bytes on to a stream and hashes them."""

    closed = False

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._sha256 = hashlib.sha256()
        self.bytes = 0

    def write(self, data: Any) -> int:
        view = memoryview(data)
        self._stream.write(view)
        self._sha256.update(view)
        self.bytes += view.nbytes
        return view.nbytes

    def flush(self) -> None:
        """Leave it to the stream's own end."""

    def tell(self) -> int:
        return self.bytes

    def close(self) -> None:
        """Leave it to the stream's own end."""

    def part(self, name: str, rows: int) -> Part:
        return Part(name, rows, self.bytes, self._sha256.hexdigest())


class PartWriter:
    """Writes one part, row group by row group. The same rows give the same bytes."""

    def __init__(self, stream: Any, columns: list[Column]) -> None:
        """Write to `stream`."""
        self._file = _HashingFile(stream)
        self._schema = pa.schema([pa.field(name, _ARROW[kind]) for name, kind, _ in columns])
        names = [name for name, _, _ in columns]
        self._writer = pq.ParquetWriter(
            pa.PythonFile(self._file, mode="w"),
            self._schema,
            compression="snappy",
            use_dictionary=[name for name in ("label", "reason") if name in names],
            write_statistics=[name for name, kind, _ in columns if kind == "string"],
            write_page_checksum=True,
            write_page_index=True,
            store_schema=False,
        )
        self._writer.add_key_value_metadata(
            {
                "org.apache.spark.version": _SPARK_VERSION,
                "org.apache.spark.sql.parquet.row.metadata": _spark_schema(columns),
            }
        )
        self._rows = 0

    def write(self, columns: list[pa.Array]) -> None:
        """Write one row group: an array a column, of at most ROW_GROUP_ROWS rows."""
        table = pa.Table.from_arrays(columns, schema=self._schema)
        self._writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
        self._rows += table.num_rows

    def finish(self, name: str) -> Part:
        """Write the footer."""
        self._writer.close()
        return self._file.part(name, self._rows)


def _spark_schema(columns: list[Column]) -> str:
    fields = [
        _spark_field(
            name, _SPARK[kind], True, {"ml_attr": {"num_attrs": attributes}} if attributes else {}
        )
        for name, kind, attributes in columns
    ]
    return json.dumps({"type": "struct", "fields": fields}, separators=(",", ":"))


def part_file_name(number: int, uuid: str, attempt: int) -> str:
    """Return part-00007-<uuid>-c000.snappy.parquet; another attempt at a shard has another name.

    So a task that is run twice, at once or one after the other, never writes into the other's file.
    """
    return f"part-{number:05d}-{uuid}-c{attempt:03d}.snappy.parquet"


def write_features(
    store: Store,
    name: str,
    texts: tuple[Sequence[str], Sequence[str]],
    features: NDArray[np.float32],
    fence: Fence | None,
) -> Part:
    """Write a part of features: `texts` are paths and labels."""
    with store.create(name, fence) as stream:
        writer = PartWriter(stream, FEATURES)
        for group in row_groups(len(features)):
            writer.write([*(strings(text[group]) for text in texts), floats(features[group])])
        return writer.finish(name)


def write_rejected(
    store: Store, name: str, rows: Sequence[tuple[str, str, str, str, int]], fence: Fence | None
) -> Part:
    """Write a part of the rejected table: path, label, reason, message, length."""
    with store.create(name, fence) as stream:
        writer = PartWriter(stream, REJECTED)
        for group in row_groups(len(rows)):
            *texts, lengths = zip(*rows[group], strict=True)
            writer.write([*(strings(text) for text in texts), pa.array(lengths, pa.int64())])
        return writer.finish(name)


def write_inputs(
    store: Store, name: str, paths: Sequence[str], stamps: Sequence[int], fence: Fence | None
) -> Part:
    """Write which images a shard is of, and what each is known by."""
    with store.create(name, fence) as stream:
        writer = PartWriter(stream, INPUTS)
        for group in row_groups(len(paths)):
            writer.write([strings(paths[group]), pa.array(stamps[group], pa.int64())])
        return writer.finish(name)


def row_groups(rows: int) -> Iterator[slice]:
    """Yield the rows of each row group."""
    for begin in range(0, rows, ROW_GROUP_ROWS):
        yield slice(begin, min(begin + ROW_GROUP_ROWS, rows))


@contextmanager
def reading_part(store: Store, name: str) -> Iterator[pq.ParquetFile]:
    """Open a part that this or another run wrote; damage is an OSError that names it."""
    with store.open_file(name) as file:
        try:
            yield pq.ParquetFile(file, page_checksum_verification=True)
        except pa.ArrowException as error:
            cause = str(error).split("\n", maxsplit=1)[0].rstrip(" .")
            raise OSError(f"Cannot read {store.display_path(name)}: {cause}.") from error


def read_features(
    store: Store, name: str, width: int
) -> Iterator[tuple[pa.Array, pa.Array, NDArray[np.float32]]]:
    """Yield paths, labels and features of each row group of a features part."""
    with reading_part(store, name) as file:
        for batch in file.iter_batches(ROW_GROUP_ROWS, columns=["path", "label", "features"]):
            lists = batch.column("features")
            values = lists.flatten().to_numpy(zero_copy_only=False)
            if lists.null_count or values.size != width * batch.num_rows:
                raise OSError(
                    f"Cannot read {store.display_path(name)}: not every row has {width} features."
                )
            rows = np.ascontiguousarray(values.reshape(batch.num_rows, width), dtype=np.float32)
            yield batch.column("path"), batch.column("label"), rows
