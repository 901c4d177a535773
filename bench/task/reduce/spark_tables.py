# SPDX-License-Identifier: Apache-2.0
"""What the Spark contestants share: a stored table, steps timed, a table written."""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import contestant
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import session
from pyspark.sql import DataFrame, SparkSession

PARTITIONS = 24


class Steps:
    """The seconds of each step, one after the other."""

    def __init__(self) -> None:
        """Start the clock."""
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def done(self, step: str) -> None:
        """Note the time since the last step."""
        now = time.perf_counter()
        self.seconds[step] = now - self._last
        self._last = now


# Takes the rows and the folder of the pca table (row, pca); returns the whole spectrum.
Reduce = Callable[[DataFrame, str, Steps], np.ndarray]


def stored(spark: SparkSession, features: np.ndarray, folder: Path) -> DataFrame:
    """Store row and features (array<float>) as a Parquet table of PARTITIONS parts; return it."""
    folder.mkdir()
    for number, rows in enumerate(np.array_split(np.arange(len(features)), PARTITIONS)):
        values = pa.array(features[rows].ravel())
        offsets = pa.array(np.arange(len(rows) + 1, dtype=np.int32) * features.shape[1])
        columns = {"row": rows, "features": pa.ListArray.from_arrays(offsets, values)}
        pq.write_table(pa.table(columns), folder / f"part-{number:05d}.parquet")
    return spark.read.parquet(str(folder))


def projected(folder: str) -> np.ndarray:
    """Read the pca table back, in the order of the rows."""
    table = pq.read_table(folder).sort_by("row")
    vectors = table["pca"].combine_chunks().field("values")
    return pc.list_flatten(vectors).to_numpy().reshape(len(table), -1)


def main(reduce: Reduce) -> None:
    """Start Spark, store, warm up on some of the rows, and reduce while the clock runs."""
    features, out = np.load(sys.argv[1]), Path(sys.argv[2])
    spark = session.start()
    with tempfile.TemporaryDirectory() as folder:
        frame = stored(spark, features, Path(folder, "features"))
        few = stored(spark, features[:2000], Path(folder, "few"))
        reduce(few, f"{folder}/warm", Steps())
        steps = Steps()
        with session.clock() as figures:
            spectrum = reduce(frame, f"{folder}/pca", steps)
        answer = spectrum, projected(f"{folder}/pca")
    seconds = {"wall": figures["seconds"], "cpu": figures["cpu_s"], "steps": steps.seconds}
    contestant.save(out, answer, seconds)
    spark.stop()
