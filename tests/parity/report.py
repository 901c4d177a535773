# SPDX-License-Identifier: Apache-2.0
"""Write docs/parity.md from what the comparisons noted.

usage: report.py docs/parity.md
"""

import json
import sys
from importlib import metadata
from pathlib import Path

NOTES = Path(__file__).resolve().parents[2] / "build" / "parity"
STAGES = ["pixels", "features", "reduction", "tables"]
PACKAGES = ["pillow", "keras", "tensorflow-cpu", "onnxruntime", "scikit-learn", "pyspark"]
PACKAGES += ["pandas", "pyarrow", "duckdb", "polars", "openvino", "numpy"]

HEAD = """# Parity

What verger computes, beside the references that it promises to agree with. `make parity` makes
every comparison anew and writes this page; `make test-heavy` makes the same ones.

"""


def row(note: dict) -> str:
    """Return one line of a table."""
    difference = note["difference"] if float(note["difference"]) else "0"
    cells = (note["what"], note["reference"], f"{note['cases']:,}", difference)
    return f"| {' | '.join(cells)} | {note['bound']} |\n"


def merged(notes: list[dict]) -> list[dict]:
    """Return one note for each comparison: its cases added up, its largest difference."""
    by_comparison: dict[tuple, dict] = {}
    for note in notes:
        key = (note["what"], note["reference"], note["bound"])
        other = by_comparison.setdefault(key, note | {"cases": 0})
        other["cases"] += note["cases"]
        other["difference"] = max(other["difference"], note["difference"], key=float)
    return sorted(by_comparison.values(), key=lambda note: note["what"])


def page(notes: list[dict]) -> str:
    """Return the whole page."""
    text = HEAD
    for stage in STAGES:
        rows = merged([note for note in notes if note["stage"] == stage])
        if not rows:
            continue
        text += f"## {stage.capitalize()}\n\n"
        text += "| what | reference | cases | largest difference | allowed |\n"
        text += "|---|---|---:|---:|---:|\n"
        text += "".join(map(row, rows)) + "\n"
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    return text + f"## Versions\n\nPython {sys.version.split()[0]}, {versions}.\n"


def main() -> None:
    """Write the page; fail when nothing was compared."""
    notes = [json.loads(path.read_text()) for path in sorted(NOTES.glob("*.json"))]
    if not notes:
        sys.exit("report.py: no comparison was noted; run pytest tests/parity first")
    Path(sys.argv[1]).write_text(page(notes))


if __name__ == "__main__":
    main()
