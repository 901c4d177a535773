# SPDX-License-Identifier: Apache-2.0
"""The texts in the sources, for pages that quote what the program says."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CXX_LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|(?<!\w)\'(?:\\.|[^\'\\\n])\''
    r'|("(?:\\.|[^"\\\n])*"(?:\s*\+?\s*"(?:\\.|[^"\\\n])*")*)',
    re.S,
)
OPTION = re.compile(r'\boption_(?:name|set)\("(\w+)"(?:, "(\w+)")?\)')
GAP = "…"  # stands for what differs from case to case, in a quotation and in these texts
END = "\0"  # stands between two texts
LEAST = 6  # characters of each of two texts that a piece is put together of


def flag(match: re.Match[str]) -> str:
    """Return the literal of an option as the program spells it."""
    name = match[1] if match[1].isupper() else f"--{match[1].replace('_', '-')}"
    return f'"{name} {match[2]}"' if match[2] else f'"{name}"'


def cxx_texts(source: str) -> list[str]:
    """Return what C++'s string literals say, those that are put together as one."""
    texts = []
    for match in CXX_LITERAL.finditer(OPTION.sub(flag, source)):
        if match[2]:
            joined = re.sub(r'"\s*\+?\s*"', "", match[2])[1:-1]
            texts.append(joined.replace(r"\"", '"').replace(r"\n", "\n"))
    return texts


def python_texts(source: str) -> list[str]:
    """Return what Python's strings say; where an f-string has a value, there is a gap."""
    texts = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.append(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = (p.value if isinstance(p, ast.Constant) else GAP for p in node.values)
            texts.append("".join(map(str, parts)))
    return texts


@cache
def program_texts() -> str:
    """All texts of the program and the package, but for those of tests."""
    texts = []
    for folder in ("cli", "src"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".cc", ".h"} and not path.stem.endswith("_test"):
                texts += cxx_texts(path.read_text())
    for path in sorted((ROOT / "python" / "verger").rglob("*.py")):
        texts += python_texts(path.read_text())
    return END.join(["", *texts, ""])


def is_said(piece: str) -> bool:
    """Is it within one text, or put together of the end of one and the beginning of another?"""
    texts = program_texts()
    return piece in texts or any(
        piece[:cut] + END in texts and END + piece[cut:] in texts
        for cut in range(LEAST, len(piece) - LEAST + 1)
    )


def unsaid(quotation: str) -> list[str]:
    """Return the pieces between a quotation's gaps that nothing in the sources says."""
    pieces = (piece.strip(" .,;:'\"()") for piece in quotation.split(GAP))
    return [piece for piece in pieces if piece and not is_said(piece)]
