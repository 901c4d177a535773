"""The package is typed with boto3, click and pydantic as without."""

import subprocess
import sys
from pathlib import Path

import pytest
import verger as package
from conftest import ROOT

pytestmark = [pytest.mark.heavy, pytest.mark.emr]


def test_it_is_typed():
    command = [sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml"]
    folder = Path(package.__file__).parent.parent
    done = subprocess.run([*command, "-p", "verger.emr"], cwd=folder, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert "Success: no issues found" in done.stdout, done.stdout
