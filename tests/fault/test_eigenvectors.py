# SPDX-License-Identifier: Apache-2.0
"""A solver that errs: no model is written, and the rest of the run stands."""

import os
import subprocess

from conftest import UNTRAINED
from storage.results import content, leftovers

RUN = ["--weights", UNTRAINED, "--parts", "4"]


def test_wrong_eigenvectors_make_no_model(verger, deadly, orchard, result, tmp_path):
    output = tmp_path / "out"
    process = subprocess.run(
        [deadly, "run", orchard, output, *RUN],
        env=os.environ | {"VERGER_SPOIL_EIGENVECTORS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 1, process.stderr
    assert "OPENBLAS_CORETYPE=" in process.stderr
    assert not list(output.rglob("model.json"))
    assert not list(output.rglob("_SUCCESS"))
    verger("run", orchard, output, *RUN, "--resume")
    assert content(output) == content(result)
    assert not leftovers(output)
