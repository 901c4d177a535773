# SPDX-License-Identifier: Apache-2.0
"""verger reduces features tables that Spark and pandas wrote."""

import numpy as np
import pytest
from end_to_end.tables import read_table


def check_reduction(verger, features, result, scratch):
    """Reduce `features` and compare with the reduction of verger's own table of the same rows."""
    verger("reduce", features, scratch / "theirs", "--components", 5)
    verger("reduce", result, scratch / "ours", "--components", 5)
    tables = [read_table(scratch / name / "pca") for name in ("theirs", "ours")]
    theirs, ours = (
        dict(zip(table["path"].to_pylist(), table["pca"].to_pylist(), strict=True))
        for table in tables
    )
    assert theirs.keys() == ours.keys()
    for path, vector in ours.items():
        # The moments are merged over other parts, so the last bits may differ.
        np.testing.assert_allclose(theirs[path], vector, atol=1e-4)


@pytest.mark.parametrize("kind", ["array<float>", "array<double>"])
def test_a_table_of_spark(spark, verger, result, tmp_path, kind):
    functions = pytest.importorskip("pyspark.sql.functions")
    frame = spark.read.parquet(str(result / "features"))
    frame = frame.withColumn("features", functions.col("features").cast(kind))
    frame = frame.withColumn("other", functions.lit(1))
    frame.repartition(3).write.parquet(str(tmp_path / "spark"))
    check_reduction(verger, tmp_path / "spark", result, tmp_path)


@pytest.mark.parametrize("element", ["float32", "float64"])
def test_a_table_of_pandas(verger, result, tmp_path, element):
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(result / "features")
    frame["features"] = [row.astype(element) for row in frame["features"]]
    frame["label"] = frame["label"].astype("category")
    (tmp_path / "pandas").mkdir()
    frame.to_parquet(tmp_path / "pandas" / "features.parquet")
    check_reduction(verger, tmp_path / "pandas", result, tmp_path)
