# SPDX-License-Identifier: Apache-2.0
"""An interrupted run leaves no table that looks complete."""

import signal
import subprocess
import time

import pytest
from conftest import ROOT, UNTRAINED
from end_to_end.tables import hidden_files


@pytest.fixture(scope="module")
def large_orchard(verger, tmp_path_factory):
    folder = tmp_path_factory.mktemp("large") / "Test"
    verger("sample", folder, "--images", 2000, "--classes", 4)
    return folder


def start(program, orchard, out):
    """Starts a run and waits until the first part is there."""
    command = [program, "run", orchard, out, "--weights", UNTRAINED, "--parts", "40"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list((out / "features").glob("part-*")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_with_130(program, large_orchard, tmp_path, verger, number):
    out = tmp_path / "out"
    process = start(program, large_orchard, out)
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert "nterrupted" in errors
    assert not list(out.rglob("_SUCCESS"))
    assert not (out / "pca").exists()
    assert not hidden_files(out)
    verger("inspect", out, exit_code=1)


def test_a_network_that_never_ends_is_left(program, orchard, tmp_path):
    model = ROOT / "tests/golden/features/endless.onnx"
    process = subprocess.Popen(
        [program, "extract", orchard, tmp_path / "out", "--model", model],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (tmp_path / "out/_verger/run.json").exists():  # the network is loaded
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert errors.splitlines()[-1] == "verger: error: Interrupted."


def test_a_kill_leaves_nothing_that_looks_complete(program, large_orchard, tmp_path, verger):
    out = tmp_path / "out"
    process = start(program, large_orchard, out)
    process.kill()
    process.communicate(timeout=30)
    assert not list(out.rglob("_SUCCESS"))
    verger("inspect", out, exit_code=1)


def test_overwriting_takes_the_marks_down_first(program, large_orchard, tmp_path, verger, orchard):
    out = tmp_path / "out"
    verger("run", orchard, out, "--weights", UNTRAINED)
    command = [program, "run", large_orchard, out, "--weights", UNTRAINED, "--overwrite"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while (out / "_SUCCESS").exists():
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert not list(out.rglob("_SUCCESS"))
