# SPDX-License-Identifier: Apache-2.0
"""The rules of plain words that a machine can check in a source file, for check_sources.py.

- No comment begins with "of": that is half a phrase, whose other half the reader must guess.
- `found` is not a name: it says how something was come by, and not what it is.
- A number of seven digits or more is grouped, in code (1'000'000, 1_000_000) as in messages.
- A number that a message tells is grouped by format_count(), and not joined to it by
  std::to_string(); one that is a name, such as a port, is written by format_name().
- An option of the program is declared once, but for those that mean something else elsewhere.
"""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

NOISE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])\'', re.S
)
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"')
VERBLESS = re.compile(r"(?P<code>.*?)(?://|(?<![\w\"'&])#) *[Oo]f ")
CONTINUED = re.compile(r"\s*(?://|#)")
NAME = re.compile(r"(?<![\w.])_?found_?\b")
LONG = re.compile(r"(?<![\w.'-])[0-9]{7,}(?![\w.'-])")
DECLARES_OPTIONS = re.compile(r"\b(?:OptionDeclaration|RunOption)\b|\.option\(")
OPTION = re.compile(r'\.name = "([a-z0-9_]+)"')
# Options of one name that are not the run's: of a model that was saved, of a photograph that is
# asked for, of the help.
MEAN_OTHERWISE = {"model", "max_pixels", "neighbors", "json"}
# Half of a sentence, where an HTTP head or a key has other characters.
PROSE = re.compile(r"[ 'A-Za-z][^\\:=/]*")
STATEMENT = re.compile(r"[^;{}]*std::to_string\([^;{}]*")
SOUP = re.compile(r"(?<![\w.'-])[0-9]{7,}(?:\.[0-9]*)?[FULful]*\b")

BRACES = str.maketrans(";{}", "   ")  # which within a literal end no statement


def blank(match: re.Match[str]) -> str:
    """Return the line breaks of a comment or literal, so that line numbers stay."""
    return "\n" * match.group().count("\n")


def verbless_comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, fault) of each comment that begins with "of" and continues none."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        match = VERBLESS.match(line)
        if not match:
            continue
        before = lines[number - 2] if number > 1 and not match["code"].strip() else ""
        if not ("//" in before or CONTINUED.match(before) or "  # " in before):
            yield number, 'a comment begins with "of"; let it say a whole thought'


def cxx_faults(text: str, *, messages: bool) -> Iterator[tuple[int, str]]:
    """Yield (line, fault) of the names and numbers in C++; of those in messages if wanted."""
    for number, line in enumerate(NOISE.sub(blank, text).splitlines(), 1):
        if NAME.search(line):
            yield number, "'found' is not a name; say what it is"
        if SOUP.search(line):
            yield number, "a number of seven digits or more is not grouped"
    for number, line in enumerate(text.splitlines(), 1) if messages else ():
        for literal in STRING.findall(line):
            if " " in literal and LONG.search(literal):
                yield number, "a message has a number of seven digits or more that is not grouped"


def ungrouped_faults(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, fault) of the numbers in C++ that a sentence has without their groups."""
    code = STRING.sub(lambda literal: literal.group().translate(BRACES), text)
    for statement in STATEMENT.finditer(code):
        literals = [literal[1:-1] for literal in STRING.findall(statement.group())]
        if any(PROSE.fullmatch(text) and re.search("[a-z] | [a-z]", text) for text in literals):
            at = statement.start() + statement.group().index("std::to_string(")
            yield code.count("\n", 0, at) + 1, "a message's number is not grouped; format_count()"


def python_faults(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, fault) of the names and numbers in Python."""
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and before != "." and NAME.fullmatch(token.string):
            yield token.start[0], "'found' is not a name; say what it is"
        if token.type == tokenize.NUMBER and re.match(r"[0-9]{7}", token.string):
            yield token.start[0], "a number of seven digits or more is not grouped"
        before = token.string


def options_declared(path: Path, text: str) -> Iterator[str]:
    """Yield the options of the program that a source file declares."""
    ours = path.parts[0] in {"cli", "src"} and not path.stem.endswith("_test")
    if ours and path.suffix in {".cc", ".h"} and DECLARES_OPTIONS.search(text):
        yield from OPTION.findall(text)


def option_faults(places: dict[str, list[Path]]) -> Iterator[str]:
    """Yield a sentence for each option that is declared more than once."""
    for name, paths in sorted(places.items()):
        if len(paths) > 1 and name not in MEAN_OTHERWISE:
            yield f"option {name} is declared {len(paths)} times: {', '.join(map(str, paths))}"


def word_faults(path: Path, text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, fault) of a source file."""
    if path.suffix in {".cc", ".h", ".py", ".sh", ".js", ".cmake"}:
        yield from verbless_comments(text)
    if path.suffix in {".cc", ".h"}:
        yield from cxx_faults(text, messages=not path.stem.endswith("_test"))
    ours = path.parts[0] in {"cli", "python", "src"}
    if path.suffix == ".cc" and ours and not path.stem.endswith("_test"):
        yield from ungrouped_faults(text)
    if path.suffix == ".py":
        yield from python_faults(text)
