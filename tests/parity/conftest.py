# SPDX-License-Identifier: Apache-2.0
"""Every comparison with a reference is heavy, and notes how near the two sides were.

Not so that of pixels: Pillow is in .venv/core, and only the long ones are marked there.
"""

import hashlib
import json
import os
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent
NOTES = FOLDER.parents[1] / "build" / "parity"


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(FOLDER) and not item.path.is_relative_to(FOLDER / "pixels"):
            item.add_marker(pytest.mark.heavy)


@pytest.fixture
def note(request):
    """A function that notes a comparison which held, for docs/parity.md (report.py)."""

    def write(*, difference, **row):
        """Note one row: stage, what, reference, cases, difference, bound."""
        NOTES.mkdir(parents=True, exist_ok=True)
        row["difference"] = difference if isinstance(difference, str) else f"{difference:.1e}"
        key = f"{request.node.nodeid}/{row['what']}"
        name = hashlib.sha256(key.encode()).hexdigest()[:16]
        (NOTES / f"{name}.json").write_text(json.dumps(row))

    return write


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
