# SPDX-License-Identifier: Apache-2.0
"""What the Python tests share: the program, a sample orchard, a finished run, real data."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
UNTRAINED = "untrained:7"


@pytest.fixture(scope="session")
def program():
    """The path of the built program."""
    path = ROOT / "build" / "verger"
    assert path.exists(), "build/verger is missing; run make build"
    return path


@pytest.fixture(scope="session")
def deadly():
    """The program that kills itself at a point, which VERGER_KILL_AT names."""
    path = ROOT / "build/release/tests/fault/verger_fault"
    assert path.exists(), "verger_fault is missing; run make build"
    return path


@pytest.fixture(scope="session")
def verger(program):
    """A function that runs `verger ARGS…` and returns the finished process, its output as text."""

    def run(*arguments, exit_code=0, timeout=120, **keywords):
        process = subprocess.run(
            [program, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            **keywords,
        )
        if exit_code is not None:
            assert process.returncode == exit_code, process.stdout + process.stderr
        return process

    return run


@pytest.fixture(scope="session")
def inspect(verger):
    """A function from an output folder to what `verger inspect --json` says of it."""

    def run(output, exit_code=0):
        return json.loads(verger("inspect", output, "--json", exit_code=exit_code).stdout)

    return run


@pytest.fixture(scope="session")
def orchard(verger, tmp_path_factory):
    """Sixty photographs of five classes."""
    folder = tmp_path_factory.mktemp("orchard") / "Test"
    verger("sample", folder, "--images", 60, "--classes", 5, "--seed", 3)
    return folder


@pytest.fixture(scope="session")
def result(verger, orchard, tmp_path_factory):
    """The output of `verger run` on the orchard."""
    output = tmp_path_factory.mktemp("result") / "Results"
    verger("run", orchard, output, "--weights", UNTRAINED, "--parts", 4)
    return output


def packed(script, pattern):
    """What a script of tools/ packs into dist/, for the running Python."""
    environment = {**os.environ, "PYTHON": sys.executable}
    subprocess.run([ROOT / "tools" / script], env=environment, check=True)
    (path,) = (ROOT / "dist").glob(pattern)
    return path


@pytest.fixture(scope="session")
def bundle():
    """The archive that `make bundle` packs."""
    return packed("bundle.sh", f"verger-*-linux-{platform.machine()}.tar.gz")


@pytest.fixture(scope="session")
def wheel():
    """The wheel that `make wheel` builds."""
    return packed("wheel.sh", "verger-*.whl")


def shared(*parts):
    """A path below the shared data; the test is skipped when the data is not on this machine."""
    folder = Path(os.environ.get("VERGER_SHARED", ROOT.parent / "shared"))
    path = folder.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"shared data absent: {Path(*parts)}")
    return path


@pytest.fixture(scope="session")
def photographs():
    """The folder of real photographs, one sub-folder a class."""
    return shared("fruits", "Test")


@pytest.fixture(scope="session")
def real_weights():
    """Real ImageNet weights in Keras' layout."""
    return next(shared("weights").glob("mobilenet_v2_*.h5"))
