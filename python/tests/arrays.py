"""Tables as arrays, and when two arrays are the same."""

import pyarrow.parquet as pq


def float_rows(part, column):
    """A list column of a Parquet file as a matrix."""
    values = pq.read_table(part)[column].combine_chunks()
    return values.flatten().to_numpy().reshape(len(values), -1)


def same_bits(a, b):
    """Whether two arrays have the same type, shape and bits."""
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
