# SPDX-License-Identifier: Apache-2.0
"""What is handed out of a release: complete, described, and the same bytes twice."""

import hashlib
import json
import subprocess

import pytest
from conftest import ROOT

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(1800)]


def sums(folder):
    """The SHA-256 of each file in a folder and those below it, by its path there."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_release_is_whole_and_its_bytes_are_the_same_twice(bundle, wheel):
    before = sums(ROOT / "dist")
    subprocess.run([ROOT / "tools" / "dist.sh"], check=True)
    after = sums(ROOT / "dist")
    packed = {name: digest for name, digest in after.items() if name.endswith((".gz", ".whl"))}
    assert packed.items() >= {(path.name, before[path.name]) for path in (bundle, wheel)}
    assert {name.split("-")[-1] for name in packed if name.endswith(".gz")} == {
        "x86_64.tar.gz", "aarch64.tar.gz",
    }  # fmt: skip
    assert len([name for name in packed if name.endswith(".whl")]) == 2
    lines = (ROOT / "dist" / "SHA256SUMS").read_text().splitlines()
    told = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert told == {name: digest for name, digest in after.items() if name != "SHA256SUMS"}
    (bill,) = (ROOT / "dist").glob("*.cdx.json")
    components = json.loads(bill.read_text())["components"]
    listed = (ROOT / "deps" / "bundled.txt").read_text().splitlines()
    names = {line.split()[0].split(":")[1] for line in listed if not line.startswith("#")}
    assert {component["name"] for component in components} == names
    assert all(component["version"] and component["licenses"] for component in components)
