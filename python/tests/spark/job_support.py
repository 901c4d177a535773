"""What the tests of the Spark job share."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, UNTRAINED

PACKAGES = os.pathsep.join([str(ROOT / "build" / "release" / "python"), str(ROOT / "python/tests")])
CLI = ("--weights", UNTRAINED, "--parts", 4)


def environment():
    """What Spark's processes need in theirs, besides what the tests have."""
    return {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": PACKAGES,
    }


def with_faults(script, *arguments, exit_code):
    """Run a script of faults of this folder, in a process of its own; what it says."""
    process = subprocess.run(
        [sys.executable, Path(__file__).with_name(script), *map(str, arguments)],
        env=os.environ | environment(), capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert process.returncode == exit_code, process.stderr
    return process.stderr


@pytest.fixture(scope="session")
def run(spark):
    """verger.spark.run in that session, with the options of CLI where the test has no other."""
    from verger.spark.job import run as genuine  # noqa: PLC0415 - not in .venv/core

    def start(source, output, **options):
        common = {"weights": UNTRAINED, "parts": 4, "quiet": True}
        common = {k: v for k, v in common.items() if "model" not in options or k != "weights"}
        return genuine(spark, source, output, **(common | options))

    return start


def document(path):
    """A JSON file's."""
    return json.loads(path.read_text())


def manifests(output):
    """The shards' manifests, without the names of files, in which the run's UUID is."""
    found = [document(path) for path in sorted((output / "_verger/shards").glob("*.json"))]
    for manifest in found:
        for kind in ("features", "rejected", "moments", "inputs"):
            if manifest[kind]:
                del manifest[kind]["name"]
    return found


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
