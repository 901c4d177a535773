# SPDX-License-Identifier: Apache-2.0
"""What the tests of the Spark job share."""

import json
import os
import sys

import numpy as np
import pytest
from conftest import ROOT, UNTRAINED
from servers.spark_submit import QUICK

PACKAGES = os.pathsep.join([str(ROOT / "build" / "release" / "python"), str(ROOT / "python/tests")])
PROGRAM = ROOT / "build" / "verger"
FAULTY = ROOT / "python" / "tests" / "spark" / "faulty_program.py"
CLI = ("--weights", UNTRAINED, "--parts", 4)


def environment():
    """What Spark's processes need in theirs, besides what the tests have."""
    return {
        **QUICK,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": PACKAGES,
    }


@pytest.fixture
def fault(monkeypatch, spark):
    """A function after which the workers of the session's jobs have a fault."""

    def set_fault(name):
        monkeypatch.setenv("VERGER_PROGRAM", str(FAULTY))
        for variable, text in {"FAULT": name, "GENUINE": str(PROGRAM)}.items():
            monkeypatch.setenv(variable, text)
            monkeypatch.setitem(spark.sparkContext.environment, variable, text)

    return set_fault


@pytest.fixture(scope="session")
def jobs(spark):
    """The commands of verger.spark in that session, with the weights of CLI if with no others."""
    from verger.spark import job  # noqa: PLC0415 - not in .venv/core

    def start(command, *places, **options):
        common = {"progress": False} | ({} if "model" in options else {"weights": UNTRAINED})
        return getattr(job, command)(spark, *places, **(common | options))

    return start


@pytest.fixture(scope="session")
def run(jobs):
    """verger.spark.run in that session, with the options of CLI where the test has no other."""

    def start(source, output, **options):
        return jobs("run", source, output, **({"parts": 4} | options))

    return start


def document(path):
    """A JSON file's."""
    return json.loads(path.read_text())


def manifests(output):
    """The shards' manifests, without the names of files, in which the run's UUID is."""
    manifests = [document(path) for path in sorted((output / "_verger/shards").glob("*.json"))]
    for manifest in manifests:
        for kind in ("features", "rejected", "moments", "inputs", "pca"):
            if manifest.get(kind):
                del manifest[kind]["name"]
    return manifests


def reduction(output):
    """The hashes of the pca table's parts, and of the model's files by name."""
    record = document(output / "_verger/reduction.json")
    model = {file["name"]: file["sha256"] for file in record["model"]}
    return [part["sha256"] for part in record["parts"]], model


def parts_of(output, folder):
    """The names of a table's part files."""
    return sorted(path.name for path in (output / folder).glob("part-*"))


def mean_network(folder):
    """An ONNX network of three features: shards of few images have moments of their own."""
    onnx = pytest.importorskip("onnx")
    value, node = onnx.helper.make_tensor_value_info, onnx.helper.make_node
    mean = node("ReduceMean", ["image", "axes"], ["mean"], keepdims=0)
    axes = onnx.numpy_helper.from_array(np.array([1, 2]), "axes")
    image = value("image", onnx.TensorProto.FLOAT, [1, 224, 224, 3])
    vector = value("mean", onnx.TensorProto.FLOAT, [1, 3])
    graph = onnx.helper.make_graph([mean], "mean", [image], [vector], [axes])
    opsets = [onnx.helper.make_opsetid("", 18)]
    path = folder / "mean.onnx"
    onnx.save(onnx.helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return path
