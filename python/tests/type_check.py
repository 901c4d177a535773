# SPDX-License-Identifier: Apache-2.0
"""The package as a type checker sees it."""

import subprocess
import sys
from pathlib import Path

import verger as package
from conftest import ROOT


def mypy(*arguments):
    """What mypy says, by the project's rules."""
    command = [sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", *arguments]
    folder = Path(package.__file__).parent.parent
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout
