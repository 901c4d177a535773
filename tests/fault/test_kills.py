"""Killed anywhere, a run resumes to the bits of an undisturbed one."""

import json
import os
import random
import shutil
import subprocess
import time

import pytest
from conftest import ROOT, UNTRAINED
from storage.results import content, leftovers

PARTS = ["--weights", UNTRAINED, "--parts", "12"]
POINTS = {
    "shard-data-written": 12,
    "shard-committed": 12,
    "before-success": 1,
    "between-marks": 2,
}
REPLACING = 30  # files that go when a result is replaced, about


@pytest.fixture(scope="module")
def photographs(verger, tmp_path_factory):
    """Enough for a run to be killed in, few enough to be killed often."""
    folder = tmp_path_factory.mktemp("kills") / "Test"
    verger("sample", folder, "--images", 96, "--classes", 4, "--seed", 5)
    return folder


@pytest.fixture(scope="module")
def finished(verger, photographs, tmp_path_factory):
    """An undisturbed run, and the seconds it took."""
    output = tmp_path_factory.mktemp("undisturbed") / "out"
    start = time.monotonic()
    verger("run", photographs, output, *PARTS)
    return output, time.monotonic() - start


@pytest.fixture(scope="module")
def deadly():
    """The program that kills itself at a point."""
    path = ROOT / "build/release/tests/fault/verger_fault"
    assert path.exists(), "verger_fault is missing; run make build"
    return path


def killed_at(deadly, point, command):
    """Run until the point; True when it was reached."""
    process = subprocess.run(
        [deadly, *command],
        env=os.environ | {"VERGER_KILL_AT": point},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert process.returncode in (0, -9), process.stderr
    return process.returncode == -9


def killed_after(program, seconds, command):
    """Run for some seconds; True when it was still running then."""
    process = subprocess.Popen(
        [program, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait() == -9


class Victim:
    """One output under attack."""

    def __init__(self, verger, inspect, photographs, output):
        """Attack a run from `photographs` to `output`."""
        self.verger = verger
        self.inspect = inspect
        self.output = output
        self.command = ["run", photographs, output, *PARTS]

    def shards(self):
        """Manifests that stand."""
        return len(list(self.output.glob("_verger/shards/*.json")))

    def check_wreck(self):
        """Whatever a kill leaves: a result that claims to be finished is whole."""
        if (self.output / "_SUCCESS").exists():
            self.inspect(self.output)

    def resume(self, expected, at_least):
        """Go on to the end; the shards that were finished are not done again."""
        self.verger(*self.command, "--resume")
        record = json.loads((self.output / "_verger" / "run.json").read_text())
        assert record["shards"]["resumed"] >= at_least
        assert record["shards"]["total"] == 12
        assert content(self.output) == expected
        assert not leftovers(self.output)
        self.inspect(self.output)


@pytest.fixture
def victim(verger, inspect, photographs, tmp_path):
    """A fresh output."""
    return Victim(verger, inspect, photographs, tmp_path / "out")


def named_kills(victim, deadly, finished, points):
    """Kill at each point, on a fresh output and while a finished result is replaced."""
    expected = content(finished[0])
    kills = 0
    for point in points:
        for overwriting in (False, True):
            shutil.rmtree(victim.output, ignore_errors=True)
            if overwriting:
                shutil.copytree(finished[0], victim.output)
            command = victim.command + ["--overwrite"] * overwriting
            if not killed_at(deadly, point, command):
                continue
            kills += 1
            assert not (victim.output / "_SUCCESS").exists()
            victim.check_wreck()
            name, number = point.split(":")
            done = int(number) if name == "shard-committed" else 0
            victim.resume(expected, 12 if overwriting else done)
    return kills


def random_kills(victim, program, finished, kills, seed):
    """Kill at random instants, on until a run survives; then begin anew."""
    expected = content(finished[0])
    draw = random.Random(seed)
    done = 0
    while done < kills:
        shutil.rmtree(victim.output, ignore_errors=True)
        overwriting = draw.random() < 0.3
        if overwriting:
            shutil.copytree(finished[0], victim.output)
        command = victim.command + ["--overwrite"] * overwriting
        for _ in range(draw.randint(1, 4)):
            before = victim.shards()
            if not killed_after(program, draw.uniform(0.05, finished[1] * 1.1), command):
                break
            done += 1
            assert victim.shards() >= before
            victim.check_wreck()
            command = [*victim.command, "--resume"]
        victim.resume(expected, victim.shards())
    return done


def test_a_few_kills(victim, deadly, program, finished):
    points = ["shard-data-written:3", "shard-committed:4", "before-success:1", "replacing:2"]
    assert named_kills(victim, deadly, finished, points) >= 5
    assert random_kills(victim, program, finished, 3, seed=1) >= 3


@pytest.mark.heavy
@pytest.mark.timeout(3000)
def test_two_hundred_kills(victim, deadly, program, finished):
    points = [f"{name}:{n}" for name, count in POINTS.items() for n in range(1, count + 1, 2)]
    points += [f"replacing:{n}" for n in range(1, REPLACING, 4)]
    kills = named_kills(victim, deadly, finished, points)
    assert kills > 30
    kills += random_kills(victim, program, finished, 200 - kills, seed=2)
    assert kills >= 200
