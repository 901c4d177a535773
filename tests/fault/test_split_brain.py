# SPDX-License-Identifier: Apache-2.0
"""A run that was stopped for longer than its lease: nobody else's result is harmed."""

import json
import os
import shutil
import subprocess
import time

import pytest
from conftest import UNTRAINED
from fault.processes import go_on, wait_until_stopped
from servers.s3proxy import s3proxy
from storage.results import content, leftovers

PARTS = ["--weights", UNTRAINED, "--parts", "4"]
LAPSE = 1.0  # seconds, of the leases here
HERE = {"VERGER_LEASE_MS": str(int(LAPSE * 1000))}
ELSEWHERE = HERE | {"VERGER_MACHINE": "another boot pid:[1]"}
# A run is stopped at its record, a shard's parts, its manifest, pca, the model, its record again.
FRESH = [f"before-visible:{n}" for n in (1, 3, 9, 14, 16, 20, 24, 27)]
FRESH += ["before-success:1", "between-marks:1", "before-report:1"]
# And of a run that replaces another: marks, the report, parts.
REPLACING = [f"before-removal:{n}" for n in (1, 4, 7)] + ["before-visible:9"]
ON_S3 = ["before-visible:3", "before-visible:16", "before-visible:24", "before-removal:1"]
ON_S3 += ["before-removal:7", "before-visible:9", "before-success:1", "between-marks:1"]


class Rivals:
    """Runs of one OUTPUT: the first stops itself at a point, for longer than its lease."""

    def __init__(self, deadly, command, folder, environment=None):
        """Take the command of all, and where its output's files lie."""
        self.deadly = deadly
        self.command = command
        self.folder = folder
        self.environment = environment or dict(os.environ)

    def run(self, *options, machine=HERE):
        """Run to the end, without a stop."""
        return subprocess.run(
            [self.deadly, *self.command, *options],
            env=self.environment | machine,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def stop_at(self, point, *options, machine=HERE):
        """Start a run, and wait until it stopped and its lease has lapsed."""
        process = subprocess.Popen(
            [self.deadly, *self.command, *options],
            env=self.environment | machine | {"VERGER_STOP_AT": point},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_until_stopped(process.pid)
        time.sleep(1.2 * LAPSE)
        return process

    def check_taken_over(self, stopped, expected, how="--overwrite"):
        """Another machine's run takes over and finishes; the first one harms nothing."""
        second = self.run(how, machine=ELSEWHERE)
        assert second.returncode == 0, second.stderr
        before = state(self.folder)
        code, said = end_of(stopped)
        assert code == 3, said
        assert "was taken over by another run" in said.splitlines()[-1]
        assert state(self.folder) == before
        self.check_whole(expected)

    def check_whole(self, expected):
        """The output is that of an undisturbed run."""
        inspect = [self.deadly, "inspect", self.command[2]]
        subprocess.run(inspect, env=self.environment, check=True, capture_output=True)
        assert content(self.folder) == expected
        assert not leftovers(self.folder)


def end_of(stopped):
    """Let a stopped run go on to its end: its exit code and what it said."""
    go_on(stopped.pid)
    _, said = stopped.communicate(timeout=120)
    return stopped.returncode, said


def state(folder):
    """The time, size and number of every file that readers see.

    A half-written one, under a name that they pass over, is its writer's to drop.
    """
    states = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith(".verger-tmp-"):
            status = path.stat()
            states[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return states


@pytest.fixture(scope="module")
def expected(verger, orchard, tmp_path_factory):
    """What an undisturbed run comes to."""
    output = tmp_path_factory.mktemp("undisturbed") / "out"
    verger("run", orchard, output, *PARTS)
    return content(output)


@pytest.fixture
def rivals(deadly, orchard, tmp_path):
    """Runs to a fresh output on the disk."""
    return Rivals(deadly, ["run", orchard, tmp_path / "out", *PARTS], tmp_path / "out")


@pytest.mark.parametrize("how", ["--overwrite", "--resume"])
@pytest.mark.parametrize("point", FRESH)
def test_once_it_was_taken_over_it_writes_and_removes_nothing(rivals, expected, point, how):
    rivals.check_taken_over(rivals.stop_at(point), expected, how)


@pytest.mark.parametrize("point", REPLACING)
def test_nor_does_one_that_replaces_a_result(rivals, expected, point):
    assert rivals.run().returncode == 0
    rivals.check_taken_over(rivals.stop_at(point, "--overwrite"), expected)


def test_a_run_within_the_output_of_another_goes_on(rivals, orchard, expected):
    inner = Rivals(
        rivals.deadly, ["run", orchard, rivals.folder / "inner", *PARTS], rivals.folder / "inner"
    )
    stopped = inner.stop_at("before-visible:9")
    half_written = list(inner.folder.rglob(".verger-tmp-*"))
    assert rivals.run("--overwrite").returncode == 0
    assert half_written
    assert all(file.exists() for file in half_written)
    code, said = end_of(stopped)
    assert code == 0, said
    inner.check_whole(expected)
    shutil.rmtree(inner.folder)
    rivals.check_whole(expected)


@pytest.mark.parametrize("seconds", [120, -120, -3600, 10 * 365 * 86_400])
def test_a_clock_that_is_set_ends_no_run(rivals, expected, seconds):
    """The lease is written again some times after that."""
    clock = {"VERGER_STEP_AT": "shard-committed:1", "VERGER_STEP_SECONDS": str(seconds)}
    done = rivals.run(machine=HERE | {"VERGER_LEASE_MS": "300"} | clock)
    assert done.returncode == 0, done.stderr
    rivals.check_whole(expected)


def test_a_lease_of_a_clock_that_was_years_ahead_lapses_like_others(rivals, expected):
    stopped = rivals.stop_at("before-visible:9")
    (lease,) = (rivals.folder / "_verger/leases").glob("*.json")
    record = json.loads(lease.read_text())
    record["lapses_ms"] += 10 * 365 * 86_400_000
    lease.write_text(json.dumps(record))
    time.sleep(1.2 * LAPSE)
    rivals.check_taken_over(stopped, expected)


def test_while_another_run_is_at_work_it_writes_nothing_either(rivals, expected):
    first = rivals.stop_at("before-visible:9")
    second = rivals.stop_at("before-visible:7", "--resume", machine=ELSEWHERE)
    before = state(rivals.folder)
    code, said = end_of(first)
    assert code == 3, said
    assert state(rivals.folder) == before
    assert end_of(second)[0] == 0
    rivals.check_whole(expected)


def test_on_its_own_machine_nobody_takes_over_and_it_goes_on(rivals, expected):
    stopped = rivals.stop_at("before-visible:9")
    for how in ("--overwrite", "--resume"):
        other = rivals.run(how)
        assert other.returncode == 3
        assert f"process {stopped.pid}, which lives" in other.stderr
    code, said = end_of(stopped)
    assert code == 0, said
    rivals.check_whole(expected)


def test_a_lease_that_lapsed_is_held_again_when_nobody_came(rivals, expected):
    stopped = rivals.stop_at("shard-committed:2")
    (lease,) = (rivals.folder / "_verger/leases").glob("*.json")
    assert json.loads(lease.read_text())["lapses_ms"] < time.time() * 1000
    code, said = end_of(stopped)
    assert code == 0, said
    rivals.check_whole(expected)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """An S3 server with a bucket."""
    with s3proxy(tmp_path_factory.mktemp("s3")) as server:
        server.bucket("p8-data")
        yield server


@pytest.mark.heavy
@pytest.mark.timeout(600)
@pytest.mark.parametrize("point", ON_S3)
def test_on_s3_it_is_the_same(deadly, orchard, server, expected, point):
    """A fresh one is gone on with; else a result is replaced.

    One thread writes, so that the stop finds no other in the midst of a request: this server, other
    than S3, would list the half of an object.
    """
    key = point.replace(":", "-")
    command = ["run", orchard, f"s3://p8-data/{key}", *PARTS, "--threads", "1"]
    folder = server.data / "p8-data" / key
    rivals = Rivals(deadly, command, folder, server.client_environment())
    if point == "before-visible:3":
        rivals.check_taken_over(rivals.stop_at(point), expected, "--resume")
        return
    assert rivals.run().returncode == 0
    rivals.check_taken_over(rivals.stop_at(point, "--overwrite"), expected)
