# SPDX-License-Identifier: Apache-2.0
"""A pandas UDF on ONNX Runtime, as one writes it who wants it quick: WEIGHTS is an ONNX file.

Each Python worker makes its inference session once, with one thread, since each core has a worker;
images go through it one by one, which is its quickest batch (bench/task/chain says the same of
OpenVINO). Pillow opens and resizes.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pandas as pd
import session
from onnx_worker import inference  # noqa: F401 - found here by its name, as that of other rivals
from pyspark import Broadcast
from pyspark.sql.functions import col, element_at, pandas_udf, split

PARTITIONS = 24


def featurizing(model: Broadcast, rival: str):
    """Return the UDF from contents to features, on the session of the module `rival`."""

    @pandas_udf("array<float>")
    def featurize(contents: Iterator[pd.Series]) -> Iterator[pd.Series]:
        # By name, since what a task brings along goes with it, and the session is to stay.
        network = import_module(rival).inference(model.value)
        for series in contents:
            inputs = map(import_module("onnx_worker").tensor, series)
            yield pd.Series([network.run(None, {"image": image[None]})[0][0] for image in inputs])

    return featurize


def main(rival: str = "onnxruntime_udf") -> None:
    """Contend with the session of a module."""
    given = session.arguments()
    spark = session.start(threads=given.threads)
    model = spark.sparkContext.broadcast(Path(given.weights).read_bytes())
    featurize = featurizing(model, rival)

    def step(photographs, out):
        options = {"pathGlobFilter": "*.jpg", "recursiveFileLookup": "true"}
        images = spark.read.format("binaryFile").options(**options).load(str(photographs))
        label = element_at(split(col("path"), "/"), -2).alias("label")
        features = featurize("content").alias("features")
        rows = images.repartition(PARTITIONS).select("path", label, features)
        rows.write.mode("overwrite").parquet(str(out))

    session.contend(step, given)
    spark.stop()


if __name__ == "__main__":
    main()
