# SPDX-License-Identifier: Apache-2.0
"""Killed anywhere, a run resumes to the bits of an undisturbed one."""

import shutil
import time

import pytest
from fault.victim import POINTS, REPLACING, Victim, named_kills, random_kills
from servers.s3proxy import s3proxy


@pytest.fixture(scope="module")
def photographs(verger, tmp_path_factory):
    """Enough for a run to be killed in, few enough to be killed often."""
    folder = tmp_path_factory.mktemp("kills") / "Test"
    verger("sample", folder, "--images", 96, "--classes", 4, "--seed", 5)
    return folder


@pytest.fixture
def victim(photographs, tmp_path):
    """A fresh output on the disk."""
    return Victim(photographs, tmp_path / "out", tmp_path / "out")


@pytest.fixture
def victim_on_s3(photographs, tmp_path):
    """A fresh output on an S3 server, and the photographs there too."""
    with s3proxy(tmp_path) as server:
        bucket = server.bucket("p8-data")
        shutil.copytree(photographs, bucket / "Test")
        place = "s3://p8-data/Results"
        environment = server.client_environment()
        yield Victim("s3://p8-data/Test", place, bucket / "Results", environment)


@pytest.fixture
def undisturbed(program, tmp_path):
    """From a victim to a copy of what it comes to undisturbed, and the seconds kills fall in."""

    def run(victim):
        victim.begin()
        start = time.monotonic()
        victim.run(program, *victim.command)
        seconds = time.monotonic() - start
        return shutil.copytree(victim.folder, tmp_path / "finished"), 1.1 * seconds

    return run


def test_a_few_kills(victim, undisturbed, deadly, program):
    finished, seconds = undisturbed(victim)
    points = ["shard-data-written:3", "shard-committed:4", "before-success:1", "replacing:2"]
    assert named_kills(victim, program, deadly, finished, points) >= 5
    assert random_kills(victim, program, finished, seconds, kills=3) >= 3


@pytest.mark.heavy
@pytest.mark.timeout(3000)
def test_two_hundred_kills(victim, undisturbed, deadly, program):
    finished, seconds = undisturbed(victim)
    points = [f"{name}:{n}" for name, count in POINTS.items() for n in range(1, count + 1, 2)]
    points += [f"replacing:{n}" for n in range(1, REPLACING, 4)]
    kills = named_kills(victim, program, deadly, finished, points)
    assert kills > 30
    kills += random_kills(victim, program, finished, seconds, kills=200 - kills)
    assert kills >= 200


@pytest.mark.heavy
@pytest.mark.timeout(1200)
def test_kills_on_s3(victim_on_s3, undisturbed, deadly, program):
    finished, seconds = undisturbed(victim_on_s3)
    points = [f"{name}:{1 + count // 2}" for name, count in POINTS.items()]
    points += ["replacing:1", "replacing:9"]
    assert named_kills(victim_on_s3, program, deadly, finished, points) > 8
    assert random_kills(victim_on_s3, program, finished, seconds, kills=20) >= 20
