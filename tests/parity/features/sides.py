# SPDX-License-Identifier: Apache-2.0
"""The two sides of the comparison: verger's features, and what the references take."""

import importlib.util
import io
import os
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("VERGER_BUILD", ROOT / "build" / "release"))
BOUND = 2e-5  # relative to the largest feature


def run_verger(*arguments, tensors=b""):
    """Return the finished process of verger_features."""
    program = BUILD / "src" / "model" / "verger_features"
    return subprocess.run(
        [program, *map(str, arguments)], input=tensors, capture_output=True, check=False
    )


def ask_verger(tensors, *arguments):
    """Return verger's features of float32 tensors, images x 224 x 224 x 3."""
    done = run_verger(*arguments, tensors=np.ascontiguousarray(tensors, "f4").tobytes())
    assert (done.returncode, done.stderr) == (0, b"")
    return np.frombuffer(done.stdout, "f4").reshape(len(tensors), -1)


def open_as_the_notebook(photograph):
    """Return the tensor that the notebook makes of a photograph."""
    image = Image.open(io.BytesIO(Path(photograph).read_bytes())).resize([224, 224])
    return np.asarray(image, "f4") / np.float32(127.5) - np.float32(1)


def largest_difference(ours, theirs):
    """Return the largest difference of an image's features, relative to its largest feature."""
    assert ours.shape == theirs.shape
    return float((np.abs(ours - theirs).max(axis=1) / np.abs(theirs).max(axis=1)).max())


def neighbours(units):
    """Of each row, a unit vector, the other row that is nearest."""
    cosines = units @ units.T
    np.fill_diagonal(cosines, -1)
    return cosines.argmax(axis=1)


def load_make_features():
    """Return the module that made the golden features."""
    path = ROOT / "tests" / "golden" / "features" / "make_features.py"
    spec = importlib.util.spec_from_file_location("make_features", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
