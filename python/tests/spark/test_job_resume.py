# SPDX-License-Identifier: Apache-2.0
"""Runs that are stopped, doubled or in each other's way, with Spark and with the program."""

import os
import shutil
import subprocess

import pytest
from conftest import ROOT
from spark.job_support import CLI, document, fault, jobs, manifests, parts_of, run
from storage.results import content, leftovers

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore:UNTRAINED"),
]
__all__ = ["fault", "jobs", "run"]


@pytest.fixture(scope="module")
def undisturbed(result):
    """What every run of this module must come to: the program's result on the orchard."""
    return content(result), manifests(result)


@pytest.fixture
def faulty(run, fault):
    """Runs the job with a fault in its workers."""

    def start(name, *places, **options):
        fault(name)
        return run(*places, **options)

    return start


@pytest.fixture
def check_whole(verger, undisturbed):
    """A function that fails when an output is not that of an undisturbed run, and nothing else."""

    def check(output):
        assert (content(output), manifests(output)) == undisturbed
        assert not leftovers(output)
        for table in ("features", "pca"):
            assert len(parts_of(output, table)) == 4
        verger("inspect", output)

    return check


def test_the_program_resumes_a_job_of_spark(faulty, verger, orchard, tmp_path, capfd):
    output = tmp_path / "out"
    with pytest.raises(OSError, match=r"^Cannot write the third shard\.$"):
        faulty("third_fails", orchard, output, progress=True)
    assert "Finished shards are kept; go on with resume=True." in capfd.readouterr().err
    assert not leftovers(output)
    done = {path.name for path in (output / "_verger/shards").glob("0*.json")}
    assert done
    assert "00002.json" not in done
    verger("run", orchard, output, *CLI, exit_code=3)
    verger("run", orchard, output, *CLI, "--resume")
    assert document(output / "_verger/run.json")["shards"]["resumed"] == len(done)
    verger("inspect", output)


def test_spark_resumes_a_run_of_the_program(run, orchard, tmp_path, check_whole):
    output = tmp_path / "out"
    deadly = ROOT / "build/release/tests/fault/verger_fault"
    killed = subprocess.run(
        [deadly, "run", orchard, output, *map(str, CLI)],
        env=os.environ | {"VERGER_KILL_AT": "shard-data-written:3"},
        check=False, capture_output=True,
    )  # fmt: skip
    assert killed.returncode == -9
    done = len(list((output / "_verger/shards").glob("0*.json")))
    with pytest.raises(OSError, match=r"unfinished run; go on with it by resume"):
        run(orchard, output)
    record = run(orchard, output, resume=True).record
    assert record["shards"]["resumed"] == done
    check_whole(output)


def test_another_recipe_is_not_resumed(run, verger, orchard, tmp_path):
    output = tmp_path / "out"
    verger("run", orchard, output, *CLI, "--max-pixels", 10_000_000)
    assert run(orchard, output, resume=True).record["shards"]["resumed"] == 0
    verger("run", orchard, output, *CLI, "--resume")
    assert document(output / "_verger/run.json")["shards"]["resumed"] == 4


def test_damaged_shards_are_done_again(run, orchard, result, tmp_path, check_whole):
    output = tmp_path / "out"
    shutil.copytree(result, output)
    shards = output / "_verger" / "shards"
    (shards / "00000.json").write_text("{}")
    features = output / document(shards / "00001.json")["features"]["name"]
    features.write_bytes(features.read_bytes()[:-1])
    features = output / document(shards / "00002.json")["features"]["name"]
    data = bytearray(features.read_bytes())
    data[len(data) // 2] ^= 1
    features.write_bytes(data)
    assert run(orchard, output, resume=True).record["shards"]["resumed"] == 1
    check_whole(output)


@pytest.mark.parametrize(
    "name", ["second_fails_twice", "answers_are_lost", "second_dies", "all_done_twice"]
)
def test_tasks_that_are_done_again_double_no_row(faulty, orchard, tmp_path, check_whole, name):
    faulty(name, orchard, tmp_path / "out")
    check_whole(tmp_path / "out")
    if name == "second_fails_twice":
        (part,) = [n for n in parts_of(tmp_path / "out", "features") if n[:11] == "part-00001-"]
        assert part.endswith("-c002.snappy.parquet")


def test_one_run_at_a_time_writes_an_output(run, verger, orchard, tmp_path):
    output = tmp_path / "out"
    process = subprocess.Popen(
        [ROOT / "build/verger", "run", orchard, output, *map(str, CLI), "--crew", "stdio"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    with process:
        process.stdin.write(b'{"type": "hello", "protocol": 1}\n')
        process.stdin.flush()
        while b'"order"' not in process.stdout.readline():
            assert process.poll() is None
        with pytest.raises(OSError, match=rf"is being written by .* process {process.pid};"):
            run(orchard, output, resume=True)
        process.terminate()
        process.communicate()
    assert not leftovers(output)
    run(orchard, output, resume=True)
    verger("inspect", output)


def test_an_image_that_changes_meanwhile_is_noticed(faulty, verger, orchard, tmp_path):
    images = tmp_path / "Test"
    shutil.copytree(orchard, images)
    with pytest.raises(OSError, match="1 of the images changed during the run"):
        faulty("an_image_changes", images, tmp_path / "out")
    assert not (tmp_path / "out/_SUCCESS").exists()
    verger("run", images, tmp_path / "out", *CLI, "--resume")
    assert document(tmp_path / "out/_verger/run.json")["shards"]["resumed"] == 3


def test_a_driver_that_is_killed_says_what_ended_it(run, orchard, tmp_path, monkeypatch):
    monkeypatch.setenv("VERGER_PROGRAM", str(ROOT / "build/release/tests/fault/verger_fault"))
    monkeypatch.setenv("VERGER_KILL_AT", "model-saved:1")
    with pytest.raises(OSError, match=r"'verger run' was ended by signal 9 "):
        run(orchard, tmp_path / "out")
    monkeypatch.delenv("VERGER_KILL_AT")
    assert run(orchard, tmp_path / "out", resume=True).record["shards"]["resumed"] == 4
