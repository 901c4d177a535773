# SPDX-License-Identifier: Apache-2.0
"""Spark reads the tables as its own, and verger reads Spark's."""

import numpy as np
import pyarrow.parquet as pq
import pytest
from end_to_end.tables import bits, read_table

FEATURES = ["path", "label", "features"]
VECTORS = ["features_vectors", "features_scaled", "features_pca"]


def collected(frame, column):
    """{path: bytes of its vector as float32}."""
    rows = frame.select("path", column).collect()
    return {row["path"]: np.array(row[column], dtype=np.float32).tobytes() for row in rows}


@pytest.fixture(scope="module")
def notebooks_result(spark, result, tmp_path_factory):
    """What the notebook's own code leaves, for the features of `result`."""
    functions = pytest.importorskip("pyspark.sql.functions")
    linalg = pytest.importorskip("pyspark.ml.linalg")
    feature = pytest.importorskip("pyspark.ml.feature")
    output = str(tmp_path_factory.mktemp("spark") / "Results")
    features = spark.read.parquet(str(result / "features"))
    features.repartition(2).write.parquet(output)
    # Without Arrow: Spark 4.3 cannot return a VectorUDT by it from what it read from Parquet.
    to_vector = functions.udf(linalg.Vectors.dense, linalg.VectorUDT(), useArrow=False)
    frame = features.withColumn("features_vectors", to_vector("features"))
    scaler = feature.StandardScaler(
        inputCol="features_vectors", outputCol="features_scaled", withStd=True, withMean=True
    )
    frame = scaler.fit(frame).transform(frame)
    pca = feature.PCA(k=3, inputCol="features_scaled", outputCol="features_pca")
    pca.fit(frame).transform(frame).write.parquet(output + "/pca_results")
    return output


def test_the_tables_are_what_spark_would_have_read(spark, result, same_bits):
    features = spark.read.parquet(str(result / "features"))
    assert features.schema.simpleString() == (
        "struct<path:string,label:string,features:array<float>>"
    )
    expected = bits(read_table(result / "features"), "features")
    same_bits("Spark", collected(features, "features"), expected)
    pca = spark.read.parquet(str(result / "pca"))
    assert pca.schema.simpleString() == "struct<path:string,label:string,pca:array<float>>"
    assert collected(pca, "pca") == bits(read_table(result / "pca"), "pca")
    rejected = spark.read.parquet(str(result / "rejected"))
    assert rejected.dtypes[-1] == ("length", "bigint")
    assert rejected.count() == 0


def test_the_notebooks_layout_has_the_schemas_that_the_notebook_leaves(
    spark, notebook, notebooks_result
):
    ours = spark.read.parquet(str(notebook))
    assert ours.schema == spark.read.parquet(notebooks_result).schema
    ours = spark.read.parquet(str(notebook / "pca_results"))
    theirs = spark.read.parquet(notebooks_result + "/pca_results")
    assert ours.schema.simpleString() == theirs.schema.simpleString()
    for one, other in zip(ours.schema.fields, theirs.schema.fields, strict=True):
        assert (one.name, one.dataType, one.nullable) == (
            other.name,
            other.dataType,
            other.nullable,
        )
        # StandardScaler and PCA note the number of attributes; k differs here.
        assert one.metadata.keys() == other.metadata.keys()


def test_physical_columns_equal_those_of_sparks_own_files(notebook, notebooks_result):
    def lines(folder):
        part = next(path for path in sorted(folder.iterdir()) if path.suffix == ".parquet")
        return str(pq.ParquetFile(part).schema).splitlines()[2:]  # without the root's name

    for table in (".", "pca_results"):
        assert lines(notebook / table) == lines(type(notebook)(notebooks_result) / table)


def test_spark_reads_the_notebooks_folder_without_its_sub_folders(spark, notebook):
    frame = spark.read.parquet(str(notebook))
    assert frame.columns == FEATURES
    assert frame.count() == 60
    assert collected(frame, "features") == bits(read_table(notebook), "features")


def test_vectors_are_vectors_to_spark_ml(spark, notebook):
    feature = pytest.importorskip("pyspark.ml.feature")
    linalg = pytest.importorskip("pyspark.ml.linalg")
    frame = spark.read.parquet(str(notebook / "pca_results"))
    assert frame.columns == [*FEATURES, *VECTORS]
    assert [frame.schema[name].dataType for name in VECTORS] == [linalg.VectorUDT()] * 3
    first = frame.orderBy("path").first()
    assert isinstance(first["features_pca"], linalg.DenseVector)
    assert len(first["features_vectors"]) == 1280
    assert len(first["features_pca"]) < 60

    scaler = feature.StandardScaler(
        inputCol="features_vectors", outputCol="again", withStd=True, withMean=True
    )
    rows = scaler.fit(frame).transform(frame).select("again", "features_scaled").collect()
    again = np.array([row["again"].toArray() for row in rows])
    scaled = np.array([row["features_scaled"].toArray() for row in rows])
    np.testing.assert_allclose(again, scaled, atol=1e-9)


def test_the_notebooks_last_checks_work(spark, notebook):
    functions = pytest.importorskip("pyspark.sql.functions")
    frame = spark.read.parquet(str(notebook) + "/pca_results")
    column = frame.select(functions.col("features_pca").alias("features"))
    assert 1 < len(column.first()["features"]) < 60
    assert frame.count() == 60
