# SPDX-License-Identifier: Apache-2.0
"""A Spark on this machine, and what its tests share. Needs .venv/parity, so all are heavy."""

import os
import shutil

import numpy as np
import pytest
import verger as package
from spark.job_support import environment
from spark_jobs import jobs_of


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    """A session of two cores that tries a task four times, without interfaces to anything."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - not in .venv/core

    os.environ |= environment()
    builder = SparkSession.builder.master("local[2,4]").appName("verger's tests")
    settings = {
        "spark.driver.memory": "1g",
        "spark.local.dir": tmp_path_factory.mktemp("spark"),
        "spark.log.level": "OFF",
        "spark.sql.shuffle.partitions": 5,
        "spark.sql.warehouse.dir": tmp_path_factory.mktemp("warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.fixture
def no_job(spark):
    """Fails the test when it started a job: what is said of the driver must be said there."""
    before = jobs_of(spark)
    yield
    assert jobs_of(spark) == before


@pytest.fixture(scope="session")
def spaced(paths, tmp_path_factory):
    """Some photographs, in folders and files with spaces and other marks in their names."""
    folder = tmp_path_factory.mktemp("spark") / "My Fruits" / "Pineapple Mini"
    folder.mkdir(parents=True)
    for number, path in enumerate(paths[:9]):
        shutil.copy(path, folder / f"{number} 100% & näher+.jpg")
    return folder


@pytest.fixture(scope="session")
def by_path(featurizer, paths, spaced):
    """The features that verger.Featurizer gives, by the path as Spark prints it."""
    files = [*paths, *sorted(spaced.iterdir())]
    features = featurizer.featurize(files).features
    return {f"file:{path}": row for path, row in zip(files, features, strict=True)}


@pytest.fixture(scope="session")
def rows():
    """Correlated rows of very different scales, one feature constant: float32 [500, 12]."""
    random = np.random.default_rng(5)
    hidden = random.normal(size=(500, 4))
    table = hidden @ random.normal(size=(4, 12)) + 0.1 * random.normal(size=(500, 12))
    table = table * np.logspace(-3, 3, 12) + np.arange(12)
    table[:, 5] = 2.5
    return table.astype(np.float32)


@pytest.fixture(scope="session")
def reference(rows):
    """What verger.VariancePCA makes of the rows."""
    return package.VariancePCA(variance=0.95).fit(rows)


@pytest.fixture(scope="session")
def table(spark, rows):
    """The rows as a DataFrame of key and features (array<float>)."""
    data = [(f"k{i:03}", row.tolist()) for i, row in enumerate(rows)]
    return spark.createDataFrame(data, "key string, features array<float>").cache()
