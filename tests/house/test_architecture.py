# SPDX-License-Identifier: Apache-2.0
"""ARCHITECTURE.md must describe the house as it stands."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "ARCHITECTURE.md"
TOP_LEVEL = {path.name for path in ROOT.iterdir()}


def paths_named_in(text: str) -> list[str]:
    prose = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    names = re.findall(r"`([A-Za-z_./]+)`", prose)
    return [name for name in names if "/" in name or name in TOP_LEVEL]


def test_every_path_named_exists():
    names = paths_named_in(DOCUMENT.read_text())
    assert len(names) > 20
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_every_part_of_the_source_is_named():
    text = DOCUMENT.read_text()
    parts = [p for p in (ROOT / "src").iterdir() if p.is_dir()]
    assert [p.name for p in parts if f"`src/{p.name}`" not in text] == []


def test_it_stays_short():
    assert len(DOCUMENT.read_text().splitlines()) <= 100


def test_every_source_is_built():
    """A file that no CMakeLists.txt names compiles nowhere, and a test in it never runs."""
    folders = [ROOT / name for name in ("src", "cli", "python", "bench", "tests", "examples")]
    named = "\n".join(
        path.read_text() for folder in folders for path in folder.rglob("CMakeLists.txt")
    )
    words = set(re.findall(r"[\w.]+", named))
    sources = [path for folder in folders for path in folder.rglob("*.cc")]
    assert len(sources) > 300
    unbuilt = [path for path in sources if not words & {path.name, path.stem}]
    assert [str(path.relative_to(ROOT)) for path in unbuilt] == []


def types_defined_in(path: Path):
    """Their full names; an unnamed namespace is that of the file alone."""
    namespaces = []
    for line in path.read_text().splitlines():
        if opened := re.match(r"namespace(?: ([\w:]+))? ?\{$", line):
            namespaces.append(opened[1])
        elif namespaces and line.startswith("}  // namespace"):
            namespaces.pop()
        elif named := re.match(r"(?:class|struct|union) ([\w:]+)[^;{]*\{", line):
            yield "::".join(name or str(path) for name in [*namespaces, named[1]])


def test_every_type_has_a_name_of_its_own():
    """Two types of one name make a program undefined, and neither compiler nor linker tells."""
    folders = [ROOT / name for name in ("include", "src", "cli", "python")]
    files = [path for folder in folders for path in folder.rglob("*.[hc]*")]
    names = Counter(name for path in files for name in types_defined_in(path))
    assert len(names) > 300
    assert [name for name, count in names.items() if count > 1] == []
