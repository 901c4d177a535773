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


def shown_texts(tree):
    """Yield what a reader sees of code: what is printed, named in Spark's UI, or drawn."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "marks":
            yield from texts_in(node.value)
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        for argument in node.args if name in ("print", "setJobDescription") else []:
            yield from texts_in(argument)
        for keyword in node.keywords:
            if keyword.arg in ("label", "title", "xlabel", "ylabel"):
                yield from texts_in(keyword.value)


def texts_in(node):
    """Yield the texts of a value, but not those of what is computed for it."""
    if isinstance(node, ast.List | ast.Tuple):
        for element in node.elts:
            yield from texts_in(element)
    elif isinstance(node, ast.JoinedStr) or isinstance(getattr(node, "value", None), str):
        yield node


def code_alone(source):
    """Code without what a reader sees, but for what is computed for it, however it is shown."""
    tree = ast.parse(source)
    for shown in [*shown_texts(tree)]:
        if isinstance(shown, ast.Constant):
            shown.value = ""
        else:
            shown.values = [part for part in shown.values if isinstance(part, ast.FormattedValue)]
            for part in shown.values:
                part.format_spec = None
    return ast.dump(tree)


def test_the_languages_differ_in_their_text_alone():
    english, *others = [ENGLISH, *(path for path in NOTEBOOKS if path != ENGLISH)]
    assert [path.name for path in others] == ["notebook.fr.ipynb"]
    for here, there in zip(*(read(path)["cells"] for path in (english, *others)), strict=True):
        assert (here["id"], here["cell_type"]) == (there["id"], there["cell_type"])
        assert here["metadata"] == there["metadata"]
        if here["cell_type"] == "code":
            assert code_alone(text(here)) == code_alone(text(there)), here["id"]
        else:
            assert text(here) != text(there)


def test_other_code_is_found():
    english = "name = 'a b'\nplot(name, label=f'{n:,} seen {x[0]}')"
    assert code_alone(english) == code_alone("name = 'a b'\nplot(name, label=f'{n} vu {x[0]}!')")
    for old, new in (("a b", "c"), ("x[0]", "x[1]"), ("plot", "draw"), ("label", "marker")):
        assert code_alone(english) != code_alone(english.replace(old, new))


def test_what_a_reader_sees_is_in_the_language_of_the_text():
    english = {"and", "are", "by", "components", "features", "have", "of", "others", "photographs",
               "rows", "same", "some", "the", "were"}  # fmt: skip
    words = set()
    for cell in read(EXAMPLES / "notebook.fr.ipynb")["cells"]:
        if cell["cell_type"] == "code":
            words |= set(" ".join(re.findall(r"# (.*)", text(cell))).split())
            for shown in shown_texts(ast.parse(text(cell))):
                parts = [shown] if isinstance(shown, ast.Constant) else shown.values
                for part in parts:
                    words |= set(str(getattr(part, "value", "")).split())
    assert not english & words
    assert {"sur", "lignes", "photographies", "composantes"} <= words


def test_one_cell_holds_the_parameters():
    cells = [cell for cell in read(ENGLISH)["cells"] if cell["metadata"].get("tags")]
    assert [(cell["cell_type"], cell["metadata"]["tags"]) for cell in cells] == [
        ("code", ["parameters"])
    ]
    assert 'PATH = "s3://p8-data"' in text(cells[0])
