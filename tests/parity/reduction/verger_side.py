# SPDX-License-Identifier: Apache-2.0
"""verger's side of the comparison: the reduction by the test program verger_reduction."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("VERGER_BUILD", ROOT / "build" / "release"))
TOOL = BUILD / "src" / "pca" / "verger_reduction"


@dataclass(frozen=True)
class Reduction:
    """What verger made of a table; the arrays are float64."""

    model: dict  # model.json
    files: dict[str, bytes]  # every file of the output
    mean: np.ndarray
    deviation: np.ndarray
    eigenvalues: np.ndarray  # all, descending
    components: np.ndarray  # k x width
    projected: np.ndarray  # rows x k


DEFAULTS = {"variance": 0.95, "components": 0, "shards": 5, "threads": 2}


def reduce(table, environment=None, **options) -> Reduction:
    """Reduce a float32 table; `options` are those of DEFAULTS, in the program's order."""
    assert options.keys() <= DEFAULTS.keys()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        features, out = folder / "features.npy", folder / "out"
        np.save(features, np.ascontiguousarray(table, dtype="<f4"))
        out.mkdir()
        arguments = [features, out, *(DEFAULTS | options).values()]
        subprocess.run(
            [TOOL, *map(str, arguments)],
            check=True,
            capture_output=True,
            env=os.environ | (environment or {}),
        )
        arrays = {path.stem: np.load(path) for path in out.glob("*.npy")}
        files = {path.name: path.read_bytes() for path in out.iterdir()}
    return Reduction(json.loads(files["model.json"]), files, **arrays)


def rank(reduction: Reduction) -> int:
    """Return the number of eigenvalues that are not 0."""
    return int((reduction.eigenvalues > 0).sum())
