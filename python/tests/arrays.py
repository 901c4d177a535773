# SPDX-License-Identifier: Apache-2.0
"""Tables as arrays, and when two arrays are the same."""

import pyarrow as pa
import pyarrow.parquet as pq


def matrix(table, column):
    """A column of lists, or of Spark ML's dense vectors, as a matrix."""
    values = table[column].combine_chunks()
    if pa.types.is_struct(values.type):
        values = values.field("values")
    return values.flatten().to_numpy().reshape(len(values), -1)


def float_rows(part, column):
    """A list column of a Parquet file as a matrix."""
    return matrix(pq.read_table(part), column)


def same_bits(a, b):
    """Whether two arrays have the same type, shape and bits."""
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
