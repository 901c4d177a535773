# SPDX-License-Identifier: Apache-2.0
"""pandas, DuckDB and Polars read the tables with the right types and values."""

import numpy as np
import pytest
from end_to_end.tables import bits, read_table

FEATURES = ["path", "label", "features"]
NOTEBOOK_PCA = [*FEATURES, "features_vectors", "features_scaled", "features_pca"]


@pytest.fixture(scope="module")
def expected(result):
    """{path: bytes of its features}, as pyarrow reads them."""
    return bits(read_table(result / "features"), "features")


def as_bits(paths, vectors):
    rows = zip(paths, vectors, strict=True)
    return {path: np.asarray(vector, dtype=np.float32).tobytes() for path, vector in rows}


def test_pandas_reads_a_table_by_its_folder(result, expected, same_bits):
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(result / "features", engine="pyarrow")
    assert frame.shape == (60, 3)
    assert list(frame.columns) == FEATURES
    assert frame.loc[0, "features"].shape == (1280,)
    assert frame.loc[0, "features"].dtype == np.float32
    same_bits("pandas", as_bits(frame["path"], frame["features"]), expected)
    assert pandas.read_parquet(result / "rejected").shape == (0, 5)


def test_pandas_makes_the_notebooks_checks(notebook, expected):
    pandas = pytest.importorskip("pandas")
    skipped = ["_", ".", "pca_results"]
    frame = pandas.read_parquet(notebook, engine="pyarrow", ignore_prefixes=skipped)
    assert frame.shape == (60, 3)
    assert list(frame.columns) == FEATURES
    assert frame.loc[0, "features"].shape == (1280,)
    assert as_bits(frame["path"], frame["features"]) == expected
    # Without ignore_prefixes, pyarrow reads pca_results as well, in Spark's own results too.
    assert pandas.read_parquet(notebook, engine="pyarrow").shape == (120, 3)

    reduced = pandas.read_parquet(notebook / "pca_results")
    assert list(reduced.columns) == NOTEBOOK_PCA
    assert len(reduced.loc[0, "features_pca"]["values"]) < 60


def test_duckdb_reads_by_a_pattern(result, notebook, expected, same_bits):
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()

    def table(pattern):
        return connection.sql(f"SELECT * FROM read_parquet('{pattern}') ORDER BY path")

    features = table(result / "features" / "*.parquet")
    assert [str(kind) for kind in features.types] == ["VARCHAR", "VARCHAR", "FLOAT[]"]
    rows = features.fetchall()
    same_bits("DuckDB", as_bits([row[0] for row in rows], [row[2] for row in rows]), expected)
    assert table(notebook / "*.parquet").fetchall() == rows

    reduced = table(notebook / "pca_results" / "*.parquet")
    assert reduced.columns == NOTEBOOK_PCA
    vector = 'STRUCT("type" TINYINT, size INTEGER, indices INTEGER[], "values" DOUBLE[])'
    assert str(reduced.types[3]).replace('"', "") == vector.replace('"', "")
    assert {len(row[3]["values"]) for row in reduced.fetchall()} == {1280}
    rejected = table(result / "rejected" / "*.parquet")
    assert str(rejected.types[-1]) == "BIGINT"


def test_polars_reads_by_a_pattern(result, notebook, expected, same_bits):
    polars = pytest.importorskip("polars")
    features = polars.read_parquet(result / "features" / "*.parquet")
    assert features.schema == {
        "path": polars.String,
        "label": polars.String,
        "features": polars.List(polars.Float32),
    }
    same_bits("Polars", as_bits(features["path"], features["features"]), expected)
    assert polars.read_parquet(notebook / "*.parquet").equals(features)

    reduced = polars.read_parquet(notebook / "pca_results" / "*.parquet")
    assert reduced.columns == NOTEBOOK_PCA
    values = reduced["features_vectors"].struct.field("values")
    assert values.dtype == polars.List(polars.Float64)
    assert set(values.list.len()) == {1280}
    assert polars.read_parquet(result / "rejected" / "*.parquet").height == 0
