# SPDX-License-Identifier: Apache-2.0
"""What is not installed is named in one sentence, with what installs it."""

import os
import subprocess
import sys

import pytest
from conftest import ROOT

PACKAGE = str(ROOT / "build" / "release" / "python")


def said(*arguments, **variables):
    """What Python without any installed package says last on standard error; its exit code."""
    variables = {"PYTHONPATH": PACKAGE, "PATH": "", **variables}
    done = subprocess.run(
        [sys.executable, "-S", *arguments], env=variables, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return done.stderr.splitlines()[-1], done.returncode


def spark(**variables):
    """The same of verger-spark."""
    return said("-m", "verger.spark.cli", "run", "Test", "Results", **variables)


@pytest.fixture
def packages(tmp_path):
    """A path of packages with one named pyspark, of which only its place is looked for."""
    (tmp_path / "pyspark").mkdir()
    (tmp_path / "pyspark" / "__init__.py").touch()
    return os.pathsep.join([PACKAGE, str(tmp_path)])


def test_verger_spark_names_pyspark_and_java():
    assert spark() == (
        "verger: error: verger-spark needs pyspark, which needs Java: pip install pyspark, and apt "
        "install default-jre-headless or the like.",
        2,
    )


@pytest.mark.parametrize(
    ("variables", "where"),
    [
        ({}, "there is none on the PATH"),
        ({"JAVA_HOME": "/no/java"}, "JAVA_HOME names /no/java, where none is"),
    ],
)
def test_verger_spark_names_java(packages, variables, where):
    told, code = spark(PYTHONPATH=packages, **variables)
    assert code == 2
    assert told.startswith(f"verger: error: Spark needs Java, and {where}: apt install ")


def test_the_stages_name_their_extra_and_java():
    told, _ = said("-c", "from verger.spark import ImageFeaturizer")
    assert "verger.spark needs pyspark: pip install 'verger[spark]', and Java" in told


def test_verger_emr_names_its_extra():
    told, code = said("-m", "verger._emr", "plan", "cluster.yaml", "--images", "9")
    assert (told, code) == (
        "verger: error: verger.emr needs boto3: pip install 'verger[emr]'.",
        2,
    )
