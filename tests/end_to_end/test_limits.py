# SPDX-License-Identifier: Apache-2.0
"""Where the machine grants too little the program ends with exit code 3 and says so."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import UNTRAINED
from PIL import Image

FLAGS = ["--weights", UNTRAINED, "--parts", "2"]


def limited(program, limit, *arguments):
    """Run the program under a limit of the shell's ulimit."""
    command = ["bash", "-c", f'ulimit {limit} && exec "$@"', "bash", program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("kilobytes", [200_000, 300_000, 400_000, 500_000, 800_000])
def test_little_memory(program, orchard, tmp_path, kilobytes):
    command = ["run", orchard, tmp_path / "out", *FLAGS, "--threads", 4]
    process = limited(program, f"-v {kilobytes}", *command)
    assert process.returncode in (0, 3), process.stderr
    if process.returncode == 3:
        assert process.stderr.splitlines()[-1].startswith("verger: error: ")
        assert not (tmp_path / "out/_SUCCESS").exists()


@pytest.mark.parametrize("threads", [1, 3, 6, 64])
def test_few_threads(program, orchard, tmp_path, threads):
    """Of root the kernel counts none, so it becomes somebody else, who may still write here."""
    somebody = ["setpriv", "--reuid", "65534", "--inh-caps", "+dac_override", "--ambient-caps",
                "+dac_override"] if os.geteuid() == 0 else []  # fmt: skip
    command = [program, "run", orchard, tmp_path / "out", *FLAGS, "--threads", 2]
    limit = ["bash", "-c", f'ulimit -u {threads} && exec "$@"', "bash"]
    process = subprocess.run([*somebody, *limit, *map(str, command)], capture_output=True,
                             text=True, check=False, timeout=120)  # fmt: skip
    if somebody:
        assert process.returncode == (0 if threads == 64 else 3), process.stderr
    if process.returncode != 0:
        assert process.returncode == 3, process.stderr
        assert "Not enough memory or threads" in process.stderr.splitlines()[-1]
        assert not (tmp_path / "out/_SUCCESS").exists()


# A small process in between, since a child counts its parent's memory until it is a program itself.
MEASURE = """import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, capture_output=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"""


def most_memory(program, folder, tmp_path, *flags):
    """Return the most megabytes that extracting eight images on eight threads took."""
    command = [program, "extract", folder, tmp_path / f"{folder.name}-out", *FLAGS,
               "--threads", "8", *flags]  # fmt: skip
    process = subprocess.run([sys.executable, "-c", MEASURE, *map(str, command)], check=True,
                             capture_output=True, text=True, timeout=120)  # fmt: skip
    return int(process.stdout) * 1.024e-3


def eight_images(folder, size, **options):
    """Save eight JPEGs of some kilobytes."""
    folder.mkdir()
    for number in range(8):
        Image.new("RGB", size, (number, 100, 200)).save(folder / f"{number}.jpg", **options)
    return folder


def test_progressive_bombs_take_turns(program, tmp_path):
    """Eight images, each of which takes 75 MB to decode."""
    folder = eight_images(tmp_path / "in", (5000, 5000), progressive=True)
    assert most_memory(program, folder, tmp_path, "--max-decode-memory", 100_000_000) < 250


def test_large_photographs_take_a_few_rows(program, tmp_path):
    """At most 8 MB a thread, where the pixels would be 72 MB."""
    large = eight_images(tmp_path / "large", (6000, 4000))
    small = eight_images(tmp_path / "small", (100, 100))
    more = most_memory(program, large, tmp_path) - most_memory(program, small, tmp_path)
    assert more < 8 * 8


def test_files_that_may_not_grow(program, orchard, tmp_path):
    process = limited(program, "-f 20", "run", orchard, tmp_path / "out", *FLAGS)
    assert process.returncode == 3
    assert "file too large" in process.stderr
    assert not list((tmp_path / "out").rglob(".verger-tmp-*"))


def test_a_small_stack(program, verger, orchard, tmp_path):
    process = limited(program, "-s 128", "run", orchard, tmp_path / "out", *FLAGS)
    assert process.returncode == 0, process.stderr
    verger("inspect", tmp_path / "out")


def test_what_cannot_be_printed_is_an_error(program, result):
    for arguments in (["inspect", result, "--json"], ["report", result, "--json"], ["--version"],
                      ["completion", "bash"]):  # fmt: skip
        with Path("/dev/full").open("w") as full:
            process = subprocess.run([program, *arguments], stdout=full, stderr=subprocess.PIPE,
                                     text=True, check=False)  # fmt: skip
        assert process.returncode == 3, arguments
        assert "could not be written to standard output" in process.stderr
    closed = subprocess.run(
        ["bash", "-c", '"$@" >&-', "bash", program, "--version"], capture_output=True, check=False
    )
    assert closed.returncode == 3


def test_a_reader_who_has_enough_is_no_error(program, result):
    command = f'"{program}" inspect "{result}" --json | head -1'
    process = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "{"
    assert not process.stderr


@pytest.mark.parametrize("outlive", [False, True])
def test_a_terminal_that_closes_interrupts_unless_the_run_is_to_outlive_it(
    program, orchard, tmp_path, outlive
):
    process = subprocess.Popen(
        [*(["nohup"] if outlive else []), program, "run", orchard, tmp_path / "out", *FLAGS],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while not (tmp_path / "out/_verger/run.json").exists():
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGHUP)
    code = process.wait(timeout=60)
    assert code in ((0,) if outlive else (0, 130))
    assert (tmp_path / "out/_SUCCESS").exists() == (code == 0)
    assert not list((tmp_path / "out/_verger/leases").glob("*"))
