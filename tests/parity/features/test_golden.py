# SPDX-License-Identifier: Apache-2.0
"""The committed golden features are what the references compute today."""

import json

import pytest
from parity.features.sides import ROOT

FOLDER = ROOT / "tests" / "golden" / "features"


def test_golden_features_are_what_keras_and_onnx_runtime_compute(make_features):
    committed = json.loads((FOLDER / "features.json").read_text())
    made = make_features.golden()
    assert made["keras"]["weights_sha256"] == committed["keras"]["weights_sha256"]
    for ours, theirs in zip(committed["keras"]["images"], made["keras"]["images"], strict=True):
        assert ours["features"] == pytest.approx(theirs["features"], abs=2e-5)
        assert ours["mean"] == pytest.approx(theirs["mean"], abs=2e-5)
    for name, features in committed["onnx"].items():
        for ours, theirs in zip(features, made["onnx"][name], strict=True):
            assert ours == pytest.approx(theirs, abs=1e-5)


def test_committed_onnx_models_are_those_of_the_script(make_features):
    onnx = pytest.importorskip("onnx")
    for name, model in make_features.onnx_models().items():
        assert onnx.load(FOLDER / name) == model
