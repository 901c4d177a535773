# SPDX-License-Identifier: Apache-2.0
"""Check what no formatter checks in the tracked files; exit status 1 when a rule is broken.

- A source file names its licence in its first line, or behind #! in the second.
- It has at most 300 lines besides.
- Its comments, names and numbers keep the rules of check_words.py.
- No file names a place on one developer's machine or the host of a package registry.
Functions of more than 40 lines are listed with the 90th percentile, as a report.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from check_words import NOISE, blank, option_faults, options_declared, word_faults

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
SOURCES = {".cc", ".h", ".py", ".sh", ".cmake"}
CXX = {".cc", ".h"}
LICENCE = re.compile(r"(?:#!.*\n)?(?://|#|/\*) SPDX-License-Identifier: Apache-2\.0(?: \*/)?\n")
LICENSED = SOURCES | {".js", ".css"}
LICENSED_NAMES = {"CMakeLists.txt", "Makefile"}

FORBIDDEN = {
    "a place on one machine": re.compile(r"/(?:wor[k]|Users)/\w"),
    "the host of a package registry": re.compile(
        r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|crates\.io|deb\.debian\.org"
        r"|archive\.ubuntu\.com|maven\.org|golang\.org|conda\.anaconda\.org|--(?:extra-)?index-url"
    ),
}
# What may stand between a function's parameters and its body.
SIGNATURE_END = re.compile(r"\)\s*(?:const|noexcept|override|final|->[^;{}()]*|:[^;]*|\s)*$")
SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum|extern)\b[^;(){}=]*$")


def tracked_files() -> list[Path]:
    """Return the files that git tracks and that still exist."""
    names = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True, text=True)
    return [path for name in names.stdout.split("\0") if name and (path := Path(name)).is_file()]


def cxx_functions(text: str) -> Iterator[tuple[int, int]]:
    """Yield (first line, number of lines) of each function body outside other functions."""
    text = NOISE.sub(blank, text)
    depth_inside = 0  # depth of braces within a function, 0 outside
    start = last = 0
    for brace in re.finditer(r"[{};]", text):
        kind, head = brace.group(), text[last : brace.start()]
        last = brace.end()
        if depth_inside:
            depth_inside += {"{": 1, "}": -1, ";": 0}[kind]
            if depth_inside == 0:
                end = text.count("\n", 0, brace.start()) + 1
                yield start, end - start + 1
        elif kind == "{" and SIGNATURE_END.search(head) and not SCOPE.search(head):
            depth_inside = 1
            start = text.count("\n", 0, brace.start() - len(head.lstrip())) + 1


def python_functions(text: str) -> Iterator[tuple[int, int]]:
    """Yield (first line, number of lines) of each function."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1


def function_sizes(path: Path, text: str) -> list[tuple[int, str]]:
    """Return (lines, place) of the functions in one file."""
    find = cxx_functions if path.suffix in CXX else python_functions
    if path.suffix not in CXX | {".py"}:
        return []
    return [(lines, f"{path}:{first}") for first, lines in find(text)]


def faults(path: Path, text: str) -> Iterator[str]:
    """Yield a sentence for each rule that the file breaks."""
    lines = text.splitlines()
    if (path.suffix in LICENSED or path.name in LICENSED_NAMES) and not LICENCE.match(text):
        yield f"{path}: no line SPDX-License-Identifier: Apache-2.0 at its head"
    if path.suffix in SOURCES and len(lines) > MAX_FILE_LINES + 1:
        yield f"{path}: {len(lines) - 1} lines; at most {MAX_FILE_LINES}"
    for number, fault in word_faults(path, text):
        yield f"{path}:{number}: {fault}"
    for number, line in enumerate(lines, 1):
        for what, pattern in FORBIDDEN.items():
            if match := pattern.search(line):
                yield f"{path}:{number}: {what}: {match.group()}"


def main() -> int:
    """Check every tracked file and print the report."""
    broken: list[str] = []
    sizes: list[tuple[int, str]] = []
    options: dict[str, list[Path]] = {}
    for path in tracked_files():
        data = path.read_bytes()
        if b"\0" in data or path.suffix == ".onnx":  # binary
            continue
        text = data.decode()
        broken += faults(path, text)
        sizes += function_sizes(path, text)
        for name in options_declared(path, text):
            options.setdefault(name, []).append(path)
    broken += option_faults(options)
    sizes.sort(reverse=True)
    if sizes:
        p90 = sizes[len(sizes) // 10][0]
        print(f"functions: {len(sizes)}, 90 % have at most {p90} lines")
    for lines, place in sizes:
        if lines > MAX_FUNCTION_LINES:
            print(f"long function: {place}: {lines} lines")
    for sentence in broken:
        print(sentence, file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
