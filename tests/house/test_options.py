# SPDX-License-Identifier: Apache-2.0
"""An option is declared once, and named in sentences by option_name() alone."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path
    for folder in ("src", "cli", "python/bindings")
    for path in (ROOT / folder).rglob("*.cc")
    if not path.stem.endswith("_test")
]
DECLARED = re.compile(r'\{\s*\.name = "([a-z][a-z0-9_]*)"')
# A command to type, which is a command wherever it is read; its end may be a literal of its own.
QUOTED = re.compile(r"'verger [^']*'")


def declared_in(text):
    return DECLARED.findall(text)


def table():
    return declared_in((ROOT / "src/base/run_option_table.cc").read_text())


def test_an_option_of_a_run_is_declared_in_the_table_alone():
    names = table()
    assert len(names) > 25
    assert len(set(names)) == len(names)
    others = {"run_option_table.cc", "apply.cc"}  # whose --model is a folder
    for path in SOURCES:
        if path.name not in others and "serve" not in path.name:
            assert not set(declared_in(path.read_text())) & set(names), path


def literals(text):
    """The string literals outside comments, those that follow one another as one."""
    text = re.sub(r"(?m)//.*$", "", text)
    text = re.sub(r'"\s*\n\s*"', "", text)
    return re.findall(r'"((?:\\.|[^"\\\n])*)"', text)


def test_no_sentence_spells_a_flag():
    flags = {"--" + name.replace("_", "-") for name in table()}
    for path in SOURCES:
        if path.parts[-2] == "cli":
            continue  # what only the program says
        for literal in literals(path.read_text()):
            said = set(re.findall(r"--[a-z0-9-]+(?![a-z0-9'-])", QUOTED.sub("", literal)))
            assert not said & flags, (path, literal)


def keywords(path, name):
    """The keywords of a class' __init__."""
    tree = ast.parse((ROOT / path).read_text())
    (kind,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name]
    (init,) = [node for node in kind.body if getattr(node, "name", "") == "__init__"]
    return {argument.arg for argument in init.args.args + init.args.kwonlyargs} - {"self"}


def test_python_spells_options_as_the_program_does():
    names = set(table())
    own = {"on_error", "n_components", "progress"}  # not the program's
    assert keywords("python/verger/_featurizer.py", "Featurizer") - own <= names
    assert keywords("python/verger/_variance_pca.py", "VariancePCA") - own <= names
    params = (ROOT / "python/verger/spark/_params.py").read_text()
    spelled = set(re.findall(r"^    ([a-z0-9]+(?:_[a-z0-9]+)+): Param", params, re.MULTILINE))
    assert "max_pixels" in spelled
    assert spelled <= names
