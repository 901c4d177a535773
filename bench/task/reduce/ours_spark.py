# SPDX-License-Identifier: Apache-2.0
"""verger.spark.VariancePCA: fit, transform, a table; the features are read by each of the two."""

import contestant
import numpy as np
import spark_tables
from pyspark.sql import DataFrame
from verger.spark import VariancePCA


def reduce(frame: DataFrame, folder: str, steps: spark_tables.Steps) -> np.ndarray:
    """Fit, project and write."""
    model = VariancePCA(variance=contestant.VARIANCE).fit(frame)
    steps.done("fit")
    model.transform(frame).select("row", "pca").write.parquet(folder)
    steps.done("project and write")
    return model.toVerger().spectrum_


if __name__ == "__main__":
    spark_tables.main(reduce)
