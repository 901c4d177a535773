"""A pandas UDF on ONNX Runtime, as one writes it who wants it quick: WEIGHTS is an ONNX file.

Each Python worker makes its inference session once, with one thread, since each core has a worker;
images go through it one by one, which is its quickest batch (bench/task/chain says the same of
OpenVINO). Pillow opens and resizes.
"""

import io
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import session
from pyspark import Broadcast
from pyspark.sql.functions import col, element_at, pandas_udf, split

PARTITIONS = 24


def tensor(content: bytes) -> np.ndarray:
    """Return what the network takes."""
    from PIL import Image  # noqa: PLC0415 - of the workers

    image = Image.open(io.BytesIO(content)).convert("RGB").resize((224, 224))
    array = np.asarray(image, np.float32)
    array = array / np.float32(127.5)
    array -= np.float32(1)
    return array[None]


@lru_cache
def inference(model: bytes):
    """Return this process' inference session, made when it is first asked for."""
    import onnxruntime  # noqa: PLC0415 - of the workers

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options)


def featurizing(model: Broadcast, rival: str):
    """Return the UDF from contents to features, on the session of the module `rival`."""

    @pandas_udf("array<float>")
    def featurize(contents: Iterator[pd.Series]) -> Iterator[pd.Series]:
        # By name, since what a task brings along goes with it, and the session is to stay.
        network = import_module(rival).inference(model.value)
        for series in contents:
            inputs = map(import_module("onnxruntime_udf").tensor, series)
            yield pd.Series([network.run(None, {"image": image})[0][0] for image in inputs])

    return featurize


def main(rival: str = "onnxruntime_udf") -> None:
    """Contend with the session of a module."""
    given = session.arguments()
    spark = session.start()
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
