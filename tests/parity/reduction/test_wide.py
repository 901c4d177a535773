# SPDX-License-Identifier: Apache-2.0
"""A model of thousands of features is reduced as one of few, and its fit says how long it takes."""

import json

import numpy as np
import pytest
from end_to_end.tables import read_table

onnx = pytest.importorskip("onnx")

SIDE = 28  # patches of an image in each direction, three colours of each
WIDTH = SIDE * SIDE * 3


@pytest.fixture
def network(tmp_path):
    """A network that gives the mean colours of an image's patches."""
    value, node = onnx.helper.make_tensor_value_info, onnx.helper.make_node
    step = 224 // SIDE
    arrays = {"patches": [1, SIDE, step, SIDE, step, 3], "axes": [2, 4], "flat": [1, WIDTH]}
    nodes = [
        node("Reshape", ["image", "patches"], ["patched"]),
        node("ReduceMean", ["patched", "axes"], ["means"], keepdims=0),
        node("Reshape", ["means", "flat"], ["features"]),
    ]
    image = value("image", onnx.TensorProto.FLOAT, [1, 224, 224, 3])
    features = value("features", onnx.TensorProto.FLOAT, [1, WIDTH])
    constants = [onnx.numpy_helper.from_array(np.array(of), name) for name, of in arrays.items()]
    graph = onnx.helper.make_graph(nodes, "colours", [image], [features], constants)
    opsets = [onnx.helper.make_opsetid("", 18)]
    path = tmp_path / "colours.onnx"
    onnx.save(onnx.helper.make_model(graph, opset_imports=opsets, ir_version=9), path)
    return path


def reduced(features, variance):
    """Standardised features in the components that have this share of the variance; the shares."""
    rows = features.astype(np.float64)
    deviation = rows.std(axis=0, ddof=1)
    rows = (rows - rows.mean(axis=0)) / np.where(deviation == 0, np.inf, deviation)
    _, scales, components = np.linalg.svd(rows, full_matrices=False)
    shares = scales**2 / np.sum(scales**2)
    k = int(np.searchsorted(np.cumsum(shares), variance)) + 1
    components = components[:k]
    largest = np.take_along_axis(components, np.abs(components).argmax(axis=1)[:, None], axis=1)
    return rows @ (components * np.sign(largest)).T, shares[:k]


def test_thousands_of_features_are_reduced(verger, orchard, network, tmp_path):
    out = tmp_path / "out"
    words = ("run", orchard, out, "--model", network, "--variance", 0.9, "--log-format", "json")
    # A second, so that a phase which counts nothing says that it goes on.
    told = verger(*words, env={"VERGER_PROGRESS_SECONDS": "1"}, timeout=1800)
    record = json.loads((out / "_verger/run.json").read_text())
    assert record["width"] == WIDTH
    features = np.array(read_table(out / "features")["features"].to_pylist(), dtype=np.float32)
    expected, shares = reduced(features, 0.9)
    assert record["reduction"]["k"] == len(shares)
    assert record["reduction"]["cumulative"] == pytest.approx(shares.sum(), abs=1e-9)
    pca = np.array(read_table(out / "pca")["pca"].to_pylist())
    assert pca.shape == expected.shape
    assert np.abs(pca - expected).max() <= 1e-6 * np.abs(expected).max()
    events = [json.loads(line) for line in told.stderr.splitlines()]
    fits = [event for event in events if event.get("stage") == "fit"]
    assert {(event["unit"], event["done"], event["total"]) for event in fits} <= {(None, 0, 0)}
    if record["seconds"]["fit"] > 2:
        assert fits[-1]["event"] == "stage"
        assert fits[-1]["text"].startswith("fit  ")
