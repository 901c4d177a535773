# SPDX-License-Identifier: Apache-2.0
"""The pages of reference are those of the program and the package as they stand."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

sys.path.insert(0, str(ROOT / "tools"))
import reference_python  # noqa: E402


@pytest.mark.parametrize("tool", ["reference_cli.py", "reference_python.py"])
def test_the_page_is_not_stale(tool):
    command = [sys.executable, ROOT / "tools" / tool, "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_public_name_has_a_chapter_and_says_what_it_is():
    page = (ROOT / "docs" / "reference-python.md").read_text()
    for package in reference_python.PACKAGES:
        names = dict(reference_python.public(package, reference_python.STUB))
        assert len(names) > 5
        for name, node in names.items():
            assert f"\n### {name}\n" in page
            assert reference_python.ast.get_docstring(node), f"{package}.{name} says nothing"


def test_docstrings_become_markdown():
    text = """Do it.

    with code

Args:
    one: The first, and
        its second line.
    two, three: Others.

After ``that``."""
    assert reference_python.markdown(text) == (
        "Do it.\n\n```\nwith code\n```\n\n**Args**\n\n- `one`: The first, and\n"
        "  its second line.\n- `two`, `three`: Others.\n\nAfter `that`."
    )
