# SPDX-License-Identifier: Apache-2.0
"""What pip installs as `verger`: becomes the program that the package of that name carries."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path


def main() -> None:
    """Run the program in place of Python, with the same arguments."""
    # The package is found and not imported, which would take longer than many a command.
    spec = find_spec("verger")
    if spec is None or spec.origin is None:
        raise SystemExit("verger: error: the Python package verger is not installed here.")
    program = Path(spec.origin).parent / "bin" / "verger"
    if not program.exists():
        raise SystemExit(f"verger: error: {program.parent.parent} was built without the program.")
    os.execv(program, ["verger", *sys.argv[1:]])
