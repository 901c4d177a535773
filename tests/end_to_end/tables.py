# SPDX-License-Identifier: Apache-2.0
"""Reading a result back with pyarrow."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


def read_table(folder):
    """All rows of the parts in `folder`, in the order of the parts."""
    return pa.concat_tables([pq.read_table(part) for part in sorted(folder.glob("part-*.parquet"))])


def vectors(table, column):
    """A list column as a matrix."""
    return np.array(table[column].to_pylist(), dtype=np.float32)


def bits(table, column):
    """{path: the bytes of its vector}: equal exactly when every bit is."""
    rows = zip(table["path"].to_pylist(), table[column].to_pylist(), strict=True)
    return {path: np.array(vector, dtype=np.float32).tobytes() for path, vector in rows}


def hidden_files(folder):
    """Temporary files that a run should not leave behind."""
    return [path for path in folder.rglob("*") if path.name.startswith(".")]
