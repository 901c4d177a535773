# SPDX-License-Identifier: Apache-2.0
"""Two runs at once on one OUTPUT: one wins, the other refuses, the result is whole."""

import subprocess

import pytest
from conftest import UNTRAINED
from servers.s3proxy import s3proxy
from storage.results import content, leftovers

PARTS = ["--weights", UNTRAINED, "--parts", "6"]
RIVALS = 3


def race(command, environment=None):
    """Start the same command several times at once; the exit codes and what was said."""
    runs = [
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        for _ in range(RIVALS)
    ]
    said = [run.communicate(timeout=120)[1] for run in runs]
    return [run.returncode for run in runs], said


def check_race(codes, said, output):
    """At least one run came to its end, and the others say what they would not touch."""
    assert codes.count(0) >= 1, said
    assert set(codes) <= {0, 3}, said
    for code, error in zip(codes, said, strict=True):
        if code == 3:
            assert str(output) in error


@pytest.fixture(scope="module")
def expected(verger, orchard, tmp_path_factory):
    """What an undisturbed run comes to."""
    output = tmp_path_factory.mktemp("undisturbed") / "out"
    verger("run", orchard, output, *PARTS)
    return content(output)


@pytest.mark.parametrize("how", ["anew", "--overwrite", "--resume"])
def test_one_wins_and_the_others_refuse(program, orchard, tmp_path, expected, how):
    for attempt in range(4):
        output = tmp_path / str(attempt)
        command = [program, "run", orchard, output, *PARTS]
        if how == "--overwrite":
            subprocess.run(command, capture_output=True, check=True)
        codes, said = race(command + [how] * (how != "anew"))
        check_race(codes, said, output)
        assert content(output) == expected
        assert not leftovers(output)
        subprocess.run([program, "inspect", output], capture_output=True, check=True)


@pytest.mark.heavy
@pytest.mark.parametrize("how", ["anew", "--overwrite", "--resume"])
def test_one_wins_on_s3(program, orchard, tmp_path, expected, how):
    with s3proxy(tmp_path) as server:
        bucket = server.bucket("p8-data")
        environment = server.client_environment()
        place = "s3://p8-data/Results"
        command = [program, "run", orchard, place, *PARTS]
        if how == "--overwrite":
            subprocess.run(command, env=environment, capture_output=True, check=True)
        codes, said = race(command + [how] * (how != "anew"), environment)
        check_race(codes, said, place)
        subprocess.run([program, "inspect", place], env=environment, check=True)
        assert content(bucket / "Results") == expected
        assert not leftovers(bucket / "Results")
