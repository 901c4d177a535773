# SPDX-License-Identifier: Apache-2.0
"""The locks hold what their inputs ask for."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

spec = importlib.util.spec_from_file_location("maven", ROOT / "tools" / "maven.py")
maven = importlib.util.module_from_spec(spec)
spec.loader.exec_module(maven)


def stems(folder, suffix):
    return sorted(path.stem for path in (ROOT / "deps" / folder).glob(f"*{suffix}"))


@pytest.mark.parametrize("folder", ["maven", "python"])
def test_every_input_has_a_lock(folder):
    assert stems(folder, ".in")
    assert stems(folder, ".in") == stems(folder, ".lock")


@pytest.mark.parametrize("name", stems("maven", ".in"))
def test_jars_are_pinned_by_hash(name):
    wanted = maven.lines(maven.PINS / f"{name}.in")
    pinned = dict(line.split() for line in maven.lines(maven.PINS / f"{name}.lock"))
    assert {line for line in wanted if not line.startswith("-")} <= set(pinned)
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in pinned.values())
    excluded = {line[1:] for line in wanted if line.startswith("-")} - {"*:*"}
    assert not [jar for jar in pinned if ":".join(jar.split(":")[:2]) in excluded]


@pytest.mark.parametrize("name", stems("python", ".in"))
def test_wheels_are_pinned_by_hash(name):
    lock = (ROOT / "deps" / "python" / f"{name}.lock").read_text()
    entries = re.findall(r"^(\S+?)==\S+(?:.*?)\\\n((?:    --hash=.*\n)+)", lock, re.M)
    assert len(entries) == len(re.findall(r"^[a-z]\S*==", lock, re.M)) > 0
