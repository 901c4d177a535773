# SPDX-License-Identifier: Apache-2.0
"""The bundle for ARM, cross-compiled, on an emulated processor: every command, and x86's bits."""

import os
import re
import subprocess
import tarfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import ROOT
from packages.commands import check_service, commands_of, every_command
from pyarrow import parquet

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(1800)]

SYSROOT = ROOT / "build" / "aarch64" / "root"
REDUCTION = ROOT / "tests" / "parity" / "reduction" / "verger_reduction.cc"
OBJECTS = ROOT / "build" / "bundle-aarch64" / "src"
IMAGES = 6
BEFORE = ["sample", "pack"]
HALVES = ["extract", "reduce"]


@pytest.fixture(scope="module")
def arm(tmp_path_factory):
    """The bundle that is packed for aarch64, unpacked."""
    subprocess.run([ROOT / "tools/bundle.sh"], env=os.environ | {"ARCH": "aarch64"}, check=True)
    (path,) = (ROOT / "dist").glob("verger-*-linux-aarch64.tar.gz")
    folder = tmp_path_factory.mktemp("arm")
    with tarfile.open(path) as archive:
        archive.extractall(folder, filter="data")
    (place,) = folder.iterdir()
    return place


def emulated(program, cpu="neoverse-n1"):
    """The words that run a program for ARM."""
    return ["qemu-aarch64", "-cpu", cpu, "-L", SYSROOT, program]


def emulate(program, *arguments, folder=None, cpu="neoverse-n1", **environment):
    """Run a program for ARM in a folder."""
    command = [*emulated(program, cpu), *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def results(arm, tmp_path_factory):
    """The folder in which every command was run once."""
    folder = tmp_path_factory.mktemp("commands")

    def run(commands):
        for command in commands:
            done = emulate(arm / "bin" / "verger", *command, folder=folder)
            assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"

    commands = every_command(IMAGES)
    listed = emulate(arm / "bin" / "verger", "--help").stdout
    assert commands_of(listed) == {command[0] for command in commands} | {"serve"}
    run(command for command in commands if command[0] in BEFORE)
    # The rest by two threads: a fit takes most of the time, on one.
    halves = [command for command in commands if command[0] in HALVES]
    others = [command for command in commands if command[0] not in BEFORE + HALVES]
    with ThreadPoolExecutor() as pool:
        list(pool.map(run, [halves, others]))
    return folder


def test_it_is_a_program_for_arm(arm):
    for file in [arm / "bin" / "verger", *(arm / "lib" / "verger").iterdir()]:
        command = ["readelf", "--file-header", file]
        head = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert re.search(r"Machine: +AArch64", head)


def test_it_serves(arm, results):
    photograph = next((results / "Sample").rglob("*.jpg"))
    check_service(emulated(arm / "bin" / "verger"), results / "Results", photograph)


def test_photographs_and_features_have_the_bits_of_x86(verger, results, tmp_path):
    here = tmp_path / "here"
    here.mkdir()
    for command in every_command(IMAGES):
        if command[0] in ("sample", "pack", "run"):
            verger(*command, cwd=here)
    photographs = [
        {path.relative_to(place): path.read_bytes() for path in place.rglob("*.jpg")}
        for place in (here / "Sample", results / "Sample")
    ]
    assert len(photographs[0]) == IMAGES
    assert photographs[0] == photographs[1]
    ours, theirs = (parquet.read_table(place / "Results/features") for place in (here, results))
    assert ours["features"].equals(theirs["features"])
    assert len(ours) == IMAGES
    # OpenBLAS' bits are the processor's.
    ours, theirs = (np.load(place / "Results/model/eigenvalues.npy") for place in (here, results))
    np.testing.assert_allclose(theirs, ours, rtol=0, atol=1e-9 * ours[0])


def test_where_openblas_errs_no_model_is_made(arm, tmp_path):
    """QEMU's `max` has SME with vectors of 256 bits, which OpenBLAS takes to have 512."""
    program = tmp_path / "verger_reduction"
    libraries = [OBJECTS / "pca/libverger_pca.a", OBJECTS / "base/libverger_base.a"]
    beside = arm / "lib" / "verger"
    compiler = ["aarch64-linux-gnu-g++", "-std=c++20", "-O1", f"--sysroot={SYSROOT}"]
    include = [f"-I{ROOT / 'include'}", f"-I{ROOT / 'src'}"]
    link = [*libraries, f"-L{beside}", "-lscipy_openblas", "-lcrypto", f"-Wl,-rpath,{beside}"]
    subprocess.run([*compiler, *include, REDUCTION, *link, "-o", program], check=True)
    np.save(tmp_path / "features.npy", np.random.default_rng(1).random((200, 100), np.float32))
    job = [tmp_path / "features.npy", tmp_path, 0.95, 0, 1, 1]
    refused = emulate(program, *job, cpu="max")
    assert refused.returncode == 1, refused.stderr
    assert "OPENBLAS_CORETYPE=ARMV8" in refused.stderr
    assert not (tmp_path / "model.json").exists()
    mended = emulate(program, *job, cpu="max", OPENBLAS_CORETYPE="ARMV8")
    assert mended.returncode == 0, mended.stderr
    assert (tmp_path / "model.json").exists()
