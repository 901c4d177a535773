# SPDX-License-Identifier: Apache-2.0
"""A disk that fills, a folder that may not be written: a clean end, resumed once mended."""

import json
import os
import subprocess
import time

import pytest
from conftest import UNTRAINED
from storage.results import content, leftovers

PARTS = ["--weights", UNTRAINED, "--parts", "12"]


@pytest.fixture(scope="module")
def expected(verger, orchard, tmp_path_factory):
    """What an undisturbed run comes to."""
    output = tmp_path_factory.mktemp("undisturbed") / "out"
    verger("run", orchard, output, *PARTS)
    return content(output)


@pytest.fixture
def disk(tmp_path):
    """A disk of 300 KiB, and a function that gives it another size."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "none", folder], check=True)

    def resize(size):
        subprocess.run(["mount", "-o", f"remount,size={size}", folder], check=True)

    yield folder, resize
    # Whoever looks through the mounts at this moment keeps it busy for as long.
    subprocess.run(["umount", "--lazy", folder], check=True)


def shards(output):
    """Manifests of finished shards."""
    return len(list(output.glob("_verger/shards/[0-9]*.json")))


def resumed(output):
    """Shards that the last run took over."""
    return json.loads((output / "_verger/run.json").read_text())["shards"]["resumed"]


def test_a_disk_that_fills_is_resumed_when_there_is_room(verger, orchard, disk, expected):
    folder, resize = disk
    output = folder / "out"
    error = verger("run", orchard, output, *PARTS, exit_code=3).stderr
    assert "no space left on device" in error
    assert "--resume" in error
    assert not list(output.rglob("_SUCCESS"))
    done = shards(output)
    assert 0 < done < 12
    resize("64m")
    verger("run", orchard, output, *PARTS, "--resume")
    assert resumed(output) == done
    verger("inspect", output)
    assert content(output) == expected
    assert not leftovers(output)


def test_permission_that_is_lost_is_resumed_when_it_is_back(
    program, verger, orchard, tmp_path, expected
):
    output = tmp_path / "out"
    # Without this capability root, too, is held to the permissions of files.
    bound = ["setpriv", "--bounding-set", "-dac_override"] if os.geteuid() == 0 else []
    command = [*bound, program, "run", orchard, output, *PARTS, "--threads", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while shards(output) < 2 and process.poll() is None:
        time.sleep(0.001)
    features = output / "features"
    features.chmod(0o500)
    _, error = process.communicate(timeout=60)
    features.chmod(0o755)
    assert process.returncode == 3, error
    assert "permission denied" in error.lower()
    assert str(features) in error
    assert "--resume" in error
    assert not list(output.rglob("_SUCCESS"))
    done = shards(output)
    verger("run", orchard, output, *PARTS, "--resume")
    assert resumed(output) == done
    verger("inspect", output)
    assert content(output) == expected
    assert not leftovers(output)
