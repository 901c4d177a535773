# SPDX-License-Identifier: Apache-2.0
"""The example notebooks are as they should be kept: two languages, one code, no outputs."""

import ast
import json
import re
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
ENGLISH = EXAMPLES / "notebook.ipynb"
# Where a notebook speaks to people: these calls, these keywords, and what these names hold.
CALLS, KEYWORDS, NAMES = (
    {"print", "setJobDescription"},
    {"title", "xlabel", "ylabel", "label"},
    {"marks"},
)


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


class Wordless(ast.NodeTransformer):
    """Takes the words for people out of code, and leaves what is computed for them."""

    def visit_Constant(self, node):
        """A text with a space is words."""
        return ast.Constant("") if isinstance(node.value, str) and " " in node.value else node

    def visit_JoinedStr(self, node):
        """An f-string is the values in it; how they are written may differ."""
        return ast.Tuple([v.value for v in node.values if isinstance(v, ast.FormattedValue)])


class Spoken(ast.NodeTransformer):
    """Finds where a notebook speaks, and takes the words out there."""

    def visit_Call(self, node):
        """What is printed or shown as a description."""
        self.generic_visit(node)
        speaks = ast.unparse(node.func).rpartition(".")[2] in CALLS
        return Wordless().visit(node) if speaks else node

    def visit_keyword(self, node):
        """What a plot bears."""
        self.generic_visit(node)
        if node.arg in KEYWORDS and isinstance(node.value, ast.Constant):
            return ast.keyword(node.arg, ast.Constant(""))
        return Wordless().visit(node) if node.arg in KEYWORDS else node

    def visit_Assign(self, node):
        """What a plot's marks are called."""
        self.generic_visit(node)
        return Wordless().visit(node) if ast.unparse(node.targets[0]) in NAMES else node


def code_of(source: str) -> str:
    """What a cell does, without its comments and its words for people."""
    return ast.unparse(ast.fix_missing_locations(Spoken().visit(ast.parse(source))))


def test_only_words_for_people_are_passed_over():
    assert code_of('print(f"{n:,} images")  # a') == code_of('print(f"{n} photos")')
    assert code_of('axes.set(title="a b")') == code_of('axes.set(title="c d")')
    assert code_of('print(f"{n}")') != code_of('print(f"{m}")')
    assert code_of('frame.where("a IS NULL")') != code_of('frame.where("b IS NULL")')
    assert code_of('PATH = f"{ROOT}/a b"') != code_of('PATH = f"{ROOT}/c d"')


def test_the_languages_differ_in_their_words_alone():
    english, *others = [ENGLISH, *(path for path in NOTEBOOKS if path != ENGLISH)]
    assert [path.name for path in others] == ["notebook.fr.ipynb"]
    for here, there in zip(*(read(path)["cells"] for path in (english, *others)), strict=True):
        assert (here["id"], here["cell_type"]) == (there["id"], there["cell_type"])
        assert here["metadata"] == there["metadata"]
        if here["cell_type"] == "code":
            assert code_of(text(here)) == code_of(text(there))
        else:
            assert text(here) != text(there)


def test_one_cell_holds_the_parameters():
    cells = [cell for cell in read(ENGLISH)["cells"] if cell["metadata"].get("tags")]
    assert [(cell["cell_type"], cell["metadata"]["tags"]) for cell in cells] == [
        ("code", ["parameters"])
    ]
    assert 'PATH = "s3://p8-data"' in text(cells[0])
