# SPDX-License-Identifier: Apache-2.0
"""The lines that the README and the first page of the docs show to a newcomer run as they stand."""

import os
import re
import subprocess

import pytest
from conftest import ROOT

PAGES = {"README.md": "A tour", "docs/getting-started.md": "A first run"}


def lines_below(page, heading):
    """The lines of shell in a section, in their order."""
    text = (ROOT / page).read_text()
    section = re.search(rf"^## {heading}\n(.*?)^## ", text, re.DOTALL | re.MULTILINE)[1]
    blocks = re.findall(r"^```sh\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines() if line]


@pytest.mark.parametrize(("page", "heading"), PAGES.items())
def test_a_newcomers_lines_run(program, real_weights, tmp_path, page, heading):
    (tmp_path / "build").mkdir()
    (tmp_path / "build/verger").symlink_to(program)
    path = f"{tmp_path}/build:{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "VERGER_WEIGHTS": str(real_weights)}
    lines = lines_below(page, heading)
    assert sum("verger " in line for line in lines) >= 6
    for line in lines:
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        assert done.stdout or "verger " not in line
