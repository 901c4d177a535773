# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference-python.md from the package's docstrings and signatures.

usage: reference_python.py [--check] [STUB]    (default: the native module's, of the release build)

Nothing is imported: what is public is read from each package's __all__, where it lies from the
imports beside it. --check writes nothing, and exits with 1 when the page is stale.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from reference_page import ROOT, given, write_or_check

PACKAGE = ROOT / "python" / "verger"
PAGE = ROOT / "docs" / "reference-python.md"
BUILD = Path(os.environ.get("VERGER_BUILD", ROOT / "build" / "release"))
STUB = BUILD / "python" / "verger" / "_verger.pyi"
PACKAGES = ("verger", "verger.spark")
HEAD = """\
# Reference: Python

*Written by `make reference` from the docstrings; a test compares. By example:
[python.md](python.md), [spark.md](spark.md).*
"""
SECTION = re.compile(r"(Args|Attributes|Returns|Raises|Yields):")
RULE = "====="
ITEM = re.compile(r"( {4}| {0})(\*{0,2}[A-Za-z_][\w, *]*): (.*)")
Definition = ast.ClassDef | ast.FunctionDef


def source_of(module: str, stub: Path) -> Path:
    """Return the file of a module of the package; the native module's is its stub."""
    if module == "verger._verger":
        return stub
    place = PACKAGE.joinpath(*module.split(".")[1:])
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


def definitions(module: str, stub: Path) -> dict[str, Definition]:
    """Return the classes and functions of a module, by name."""
    tree = ast.parse(source_of(module, stub).read_text())
    return {node.name: node for node in tree.body if isinstance(node, Definition)}


def public(package: str, stub: Path) -> Iterator[tuple[str, Definition]]:
    """Yield what a package's __all__ names, in its order, but for what is no class or function."""
    tree = ast.parse(source_of(package, stub).read_text())
    module_of = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    [names] = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    for name in names:
        known = definitions(module_of.get(name, package), stub)
        if name in known:
            yield name, known[name]


def section_lines(lines: list[str]) -> Iterator[str]:
    """Yield the items of a docstring's section as a list; what follows an item belongs to it."""
    for line in textwrap.dedent("\n".join(lines)).splitlines():
        match = ITEM.fullmatch(line)
        if match and not match[1]:
            names = ", ".join(f"`{name.strip()}`" for name in match[2].split(","))
            yield f"- {names}: {match[3]}"
        elif line.strip():
            yield f"  {line.strip()}" if line.startswith(" ") else line
        else:
            yield ""


def block_end(lines: list[str], at: int) -> int:
    """Return where the block that begins here ends: a section, what is indented, or a table."""
    end = at + 1
    if lines[at].startswith(RULE):
        while end < len(lines) and (lines[end].strip() or not lines[end - 1].startswith(RULE)):
            end += 1
    elif SECTION.fullmatch(lines[at]) or lines[at].startswith("    "):
        while end < len(lines) and (not lines[end].strip() or lines[end].startswith(" ")):
            end += 1
    return end


def markdown(docstring: str) -> str:
    """Return a docstring as Markdown: sections as lists, tables and what is indented as code."""
    lines = docstring.replace("``", "`").splitlines()
    made: list[str] = []
    at = 0
    while at < len(lines):
        end = block_end(lines, at)
        if section := SECTION.fullmatch(lines[at]):
            made += [f"**{section[1]}**", "", *section_lines(lines[at + 1 : end]), ""]
        elif lines[at].startswith((RULE, "    ")):
            code = textwrap.dedent("\n".join(lines[at:end])).rstrip()
            made += ["```", *code.splitlines(), "```", ""]
        else:
            made.append(lines[at])
        at = end
    return re.sub(r"\n{3,}", "\n\n", "\n".join(made)).strip()


def signature(node: ast.FunctionDef, *, name: str = "", method: bool = False) -> str:
    """Return what a call looks like: parameters with their defaults, without types."""
    arguments = node.args
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
    words = [word(one, default) for one, default in zip(plain, defaults, strict=True)]
    words = words[1:] if method else words
    if arguments.vararg:
        words.append(f"*{arguments.vararg.arg}")
    elif arguments.kwonlyargs:
        words.append("*")
    words += [word(*one) for one in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    if arguments.kwarg:
        words.append(f"**{arguments.kwarg.arg}")
    return f"{name or node.name}({', '.join(words)})"


def word(argument: ast.arg, default: ast.expr | None) -> str:
    """Return a parameter as it stands in a signature."""
    if default is None:
        return argument.arg
    is_long = isinstance(default, ast.Constant) and type(default.value) is int
    return (
        f"{argument.arg}={default.value:_}" if is_long else f"{argument.arg}={ast.unparse(default)}"
    )


def decorated(node: ast.FunctionDef, name: str) -> bool:
    """Is a method decorated by that?"""
    return any(ast.unparse(one).split("(")[0] == name for one in node.decorator_list)


def members(node: ast.ClassDef) -> Iterator[str]:
    """Yield a class's public methods and properties, those that say what they do."""
    for part in node.body:
        if not isinstance(part, ast.FunctionDef) or part.name.startswith("_"):
            continue
        text = ast.get_docstring(part)
        if not text:
            continue
        of_class = decorated(part, "classmethod")
        fixed = decorated(part, "staticmethod")
        title = signature(part, method=not fixed)
        if decorated(part, "property"):
            title = part.name
        elif of_class or fixed:
            title = f"{node.name}.{title}"
        yield f"#### `{title}`\n\n{markdown(text)}"


def entry(name: str, node: Definition) -> str:
    """Return a class or function as a chapter."""
    text = ast.get_docstring(node) or ""
    if isinstance(node, ast.FunctionDef):
        return f"### {name}\n\n```python\n{signature(node)}\n```\n\n{markdown(text)}"
    makes = [p for p in node.body if isinstance(p, ast.FunctionDef) and p.name == "__init__"]
    fields = [ast.unparse(p.target) for p in node.body if isinstance(p, ast.AnnAssign)]
    line = f"{name}({', '.join(fields)})" if fields else f"class {name}"
    if makes:
        line = signature(makes[-1], name=name, method=True)
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    if "Error" in name:
        line = f"class {name}({bases})"
    chapter = [f"### {name}", f"```python\n{line}\n```", markdown(text), *members(node)]
    if makes and text and (more := ast.get_docstring(makes[-1])) and "Args:" in more:
        chapter.insert(3, markdown(more))
    return "\n\n".join(part for part in chapter if part)


def page(stub: Path) -> str:
    """Return the whole page."""
    parts = [HEAD]
    for package in PACKAGES:
        text = ast.get_docstring(ast.parse(source_of(package, stub).read_text())) or ""
        parts.append(f"## {package}\n\n{markdown(text)}")
        parts += [entry(name, node) for name, node in public(package, stub)]
    lines = (line.rstrip() for part in parts for line in (*part.strip().splitlines(), ""))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


if __name__ == "__main__":
    sys.exit(write_or_check(PAGE, page(given(STUB))))
