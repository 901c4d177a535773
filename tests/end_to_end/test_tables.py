# SPDX-License-Identifier: Apache-2.0
"""What the tables are to any reader of Parquet: names, types, footers, and both layouts."""

import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import UNTRAINED
from end_to_end.tables import bits, read_table

PART = re.compile(r"part-(\d{5})-([0-9a-f-]{36})-c000\.snappy\.parquet")

STRING, FLOATS = pa.string(), pa.list_(pa.field("element", pa.float32()))
VECTOR = pa.struct(
    [
        pa.field("type", pa.int8(), nullable=False),
        pa.field("size", pa.int32()),
        pa.field("indices", pa.list_(pa.field("element", pa.int32(), nullable=False))),
        pa.field("values", pa.list_(pa.field("element", pa.float64(), nullable=False))),
    ]
)
FEATURES = {"path": STRING, "label": STRING, "features": FLOATS}
SCHEMAS = {
    "features": FEATURES,
    "pca": {"path": STRING, "label": STRING, "pca": FLOATS},
    "rejected": dict.fromkeys(("path", "label", "reason", "message"), STRING)
    | {"length": pa.int64()},
}
VECTORS = ("features_vectors", "features_scaled", "features_pca")
NOTEBOOK_PCA = FEATURES | dict.fromkeys(VECTORS, VECTOR)


@pytest.fixture(scope="module")
def notebook(verger, orchard, tmp_path_factory):
    """The output of `verger run --layout notebook` on the orchard."""
    output = tmp_path_factory.mktemp("notebook") / "Results"
    flags = ("--weights", UNTRAINED, "--parts", 4, "--layout", "notebook")
    verger("run", orchard, output, *flags)
    return output


def parts(folder):
    return sorted(path for path in folder.iterdir() if path.suffix == ".parquet")


@pytest.mark.parametrize("table", SCHEMAS)
def test_columns_have_the_types_that_spark_writes(result, table):
    for part in parts(result / table):
        schema = pq.read_schema(part).remove_metadata()
        assert schema == pa.schema(list(SCHEMAS[table].items()))


def test_the_notebooks_tables_have_its_columns(notebook):
    for part in parts(notebook):
        assert pq.read_schema(part).remove_metadata() == pa.schema(list(FEATURES.items()))
    for part in parts(notebook / "pca_results"):
        assert pq.read_schema(part).remove_metadata() == pa.schema(list(NOTEBOOK_PCA.items()))


def test_parts_are_named_as_spark_names_them(result, notebook):
    folders = [result / "features", result / "pca", notebook, notebook / "pca_results"]
    for folder in folders:
        names = [PART.fullmatch(part.name) for part in parts(folder)]
        assert [int(name[1]) for name in names] == [0, 1, 2, 3]
        assert len({name[2] for name in names}) == 1
        assert (folder / "_SUCCESS").read_bytes() == b""


def test_pages_are_snappy_and_carry_checksums_of_no_dictionary_but_the_labels(result):
    metadata = pq.ParquetFile(parts(result / "features")[0]).metadata
    columns = [metadata.row_group(0).column(i) for i in range(metadata.num_columns)]
    assert {column.compression for column in columns} == {"SNAPPY"}
    assert [column.has_dictionary_page for column in columns] == [False, True, False]


def test_the_footer_describes_the_columns_to_spark(result, notebook):
    def spark_schema(part):
        metadata = pq.ParquetFile(part).metadata.metadata
        assert re.fullmatch(rb"\d+\.\d+\.\d+", metadata[b"org.apache.spark.version"])
        return json.loads(metadata[b"org.apache.spark.sql.parquet.row.metadata"])

    floats = {"type": "array", "elementType": "float", "containsNull": True}
    fields = spark_schema(parts(result / "features")[0])["fields"]
    assert fields == [
        {"name": "path", "type": "string", "nullable": True, "metadata": {}},
        {"name": "label", "type": "string", "nullable": True, "metadata": {}},
        {"name": "features", "type": floats, "nullable": True, "metadata": {}},
    ]
    fields = spark_schema(parts(notebook / "pca_results")[0])["fields"]
    assert [field["name"] for field in fields] == list(NOTEBOOK_PCA)
    assert {field["type"]["class"] for field in fields[3:]} == {
        "org.apache.spark.ml.linalg.VectorUDT"
    }
    assert fields[4]["metadata"] == {"ml_attr": {"num_attrs": 1280}}


def test_both_layouts_hold_the_same_features_and_projections(result, notebook):
    assert bits(read_table(notebook), "features") == bits(
        read_table(result / "features"), "features"
    )
    table = read_table(notebook / "pca_results")
    assert bits(table, "features") == bits(read_table(notebook), "features")
    for name in VECTORS:
        column = table[name].combine_chunks()
        assert set(column.field("type").to_pylist()) == {1}
        assert column.field("size").null_count == column.field("indices").null_count == 60
    exact = [row["values"] for row in table["features_pca"].to_pylist()]
    pca = read_table(result / "pca")["pca"].to_pylist()
    np.testing.assert_array_equal(np.array(exact, dtype=np.float32), np.array(pca, np.float32))
    vectors = np.array([row["values"] for row in table["features_vectors"].to_pylist()])
    np.testing.assert_array_equal(vectors, np.array(table["features"].to_pylist()))


def test_a_folder_reads_as_one_table(result, notebook):
    for folder, columns in ((result / "features", FEATURES), (result / "pca", SCHEMAS["pca"])):
        table = pq.read_table(folder)
        assert table.num_rows == 60
        assert table.column_names == list(columns)
    assert pq.read_table(notebook / "pca_results").num_rows == 60


def test_the_notebooks_features_read_alone_when_pca_results_is_passed_over(notebook):
    # pyarrow goes into sub-folders, into those of Spark's own results as well.
    assert pq.read_table(notebook).num_rows == 120
    table = pq.read_table(notebook, ignore_prefixes=["_", ".", "pca_results"])
    assert table.num_rows == 60
    assert table.column_names == list(FEATURES)


def test_the_same_run_gives_the_same_bytes(verger, orchard, result, tmp_path):
    verger("run", orchard, tmp_path / "out", "--weights", UNTRAINED, "--parts", 4)
    for table in SCHEMAS:
        first = [part.read_bytes() for part in parts(result / table)]
        assert [part.read_bytes() for part in parts(tmp_path / "out" / table)] == first
