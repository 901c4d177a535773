# SPDX-License-Identifier: Apache-2.0
"""The example notebooks are as they should be kept: two languages, one code, no outputs."""

import json
import re
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
ENGLISH = EXAMPLES / "notebook.ipynb"


def read(path: Path) -> dict:
    return json.loads(path.read_text())


def text(cell: dict) -> str:
    return "".join(cell["source"])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_nothing_in_it_depends_on_a_run(path):
    notebook = read(path)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    assert notebook["metadata"]["language_info"] == {"name": "python"}
    for cell in notebook["cells"]:
        assert set(cell["metadata"]) <= {"tags"}
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_its_cells_have_names_of_their_own(path):
    names = [cell["id"] for cell in read(path)["cells"]]
    assert len(set(names)) == len(names) > 20
    assert [name for name in names if not re.fullmatch("[a-z-]{1,64}", name)] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_its_links_lead_somewhere(path):
    prose = "\n".join(text(c) for c in read(path)["cells"] if c["cell_type"] == "markdown")
    headings = {title.replace(" ", "-") for title in re.findall(r"^#+ (.*)$", prose, re.M)}
    targets = re.findall(r"\]\(([^)]+)\)", prose)
    assert len(targets) >= 4
    for target in targets:
        file, _, anchor = target.partition("#")
        assert (EXAMPLES / file).exists() if file else anchor in headings, target


def test_the_languages_differ_in_their_text_alone():
    english, *others = [ENGLISH, *(path for path in NOTEBOOKS if path != ENGLISH)]
    assert [path.name for path in others] == ["notebook.fr.ipynb"]
    for here, there in zip(*(read(path)["cells"] for path in (english, *others)), strict=True):
        assert (here["id"], here["cell_type"]) == (there["id"], there["cell_type"])
        assert here["metadata"] == there["metadata"]
        assert (text(here) == text(there)) == (here["cell_type"] == "code")


def test_one_cell_holds_the_parameters():
    cells = [cell for cell in read(ENGLISH)["cells"] if cell["metadata"].get("tags")]
    assert [(cell["cell_type"], cell["metadata"]["tags"]) for cell in cells] == [
        ("code", ["parameters"])
    ]
    assert 'PATH = "s3://p8-data"' in text(cells[0])
