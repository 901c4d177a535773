# SPDX-License-Identifier: Apache-2.0
"""What the tools that make the reference pages share."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def given(default: Path) -> Path:
    """Return the path on the command line, or the default."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
    return Path(arguments[0]) if arguments else default


def write_or_check(page: Path, made: str) -> int:
    """Write the page, or with --check only say whether it is stale; return the exit code."""
    if "--check" not in sys.argv:
        page.write_text(made)
        return 0
    stale = not page.exists() or page.read_text() != made
    if stale:
        print(f"{page.relative_to(ROOT)} is stale: make reference", file=sys.stderr)
    return int(stale)
