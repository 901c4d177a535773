# SPDX-License-Identifier: Apache-2.0
"""`verger inspect` by a crew says what it says by itself."""

import json
import shutil

import pytest
from crew.crews import Driver, Worker, path_of, run_example


@pytest.fixture
def worker(program):
    """A worker of the program."""
    return Worker(program)


@pytest.fixture
def copy(result, tmp_path):
    """A result to harm."""
    return shutil.copytree(result, tmp_path / "copy")


def by_itself(verger, output, exit_code=0):
    """What the program finds with its own threads."""
    return json.loads(verger("inspect", output, "--json", exit_code=exit_code).stdout)


def by_crew(program, worker, output):
    """The last message, the exit code and what was said."""
    driver = Driver(program, "inspect", output, "--json")
    end = driver.do_rest(worker)
    return end, *driver.end()


def test_a_sound_result(program, verger, worker, result):
    end, code, _ = by_crew(program, worker, result)
    assert (end["state"], code) == ("done", 0)
    assert end["record"] == by_itself(verger, result)


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


FAULTS = {
    "files": lambda copy: flip(sorted((copy / "features").glob("part-*"))[1]),
    "reduction": lambda copy: flip(copy / "model" / "components.npy"),
    "shards": lambda copy: (copy / "_verger/shards/00002.json").unlink(),
    "strays": lambda copy: shutil.copy(
        next((copy / "features").glob("part-*")), copy / "features/part-99999-copy.parquet"
    ),
}


@pytest.mark.parametrize("check", FAULTS)
def test_a_fault_is_found(check, program, verger, worker, copy):
    FAULTS[check](copy)
    end, code, said = by_crew(program, worker, copy)
    assert (end["state"], code) == ("faulty", 1)
    assert check in {checked["name"] for checked in end["record"]["checks"] if not checked["ok"]}
    assert end["record"] == by_itself(verger, copy, exit_code=1)
    assert "has a fault" in said


def test_a_record_that_is_damaged_ends_it_with_a_sentence(program, worker, copy):
    (copy / "_verger/shards/00002.json").write_text("{")
    driver = Driver(program, "inspect", copy)
    _, orders = driver.stage()
    driver.tell(worker.do(orders[2]))
    end = driver.read()
    assert (end["error"]["kind"], driver.end()[0]) == ("io", 3)
    assert "00002.json" in end["error"]["message"]


def test_a_crew_that_ends_before(program, result):
    driver = Driver(program, "inspect", result)
    driver.stage()
    code, said = driver.end()
    assert code == 3
    assert "The crew ended" in said


def test_two_workers_of_the_example(program, result, tmp_path):
    environment = path_of(tmp_path / "bin", program)
    said = run_example(environment, "inspect", result, options=["--workers", 2])
    assert "dimension after PCA" in said
