"""Results in both layouts, and Spark to read them."""

import os
import sys

import pytest
from conftest import UNTRAINED


@pytest.fixture(scope="session")
def notebook(verger, orchard, tmp_path_factory):
    """The output of `verger run --layout notebook` on the orchard."""
    output = tmp_path_factory.mktemp("notebook") / "Results"
    flags = ("--weights", UNTRAINED, "--parts", 4, "--layout", "notebook")
    verger("run", orchard, output, *flags)
    return output


@pytest.fixture(scope="module")
def spark():
    """A Spark session on this machine."""
    sql = pytest.importorskip("pyspark.sql")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = sql.SparkSession.builder.master("local[2]").appName("parity")
    session = (
        builder.config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def same_bits(note):
    """A function that checks that a reader gave the very features, and notes it."""

    def check(reader, found, expected):
        assert found == expected
        note(
            stage="tables",
            what="features, to the bit",
            reference=reader,
            cases=len(found),
            difference=0.0,
            bound="0",
        )

    return check
