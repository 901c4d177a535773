"""Runs that are stopped, doubled or in each other's way, with Spark and with the program."""

import json
import os
import shutil
import subprocess
import time

import pytest
from conftest import ROOT, UNTRAINED
from spark.job_support import CLI, document, manifests, parts_of, run, with_faults
from storage.results import content, leftovers

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore:UNTRAINED"),
]
__all__ = ["run"]


@pytest.fixture(scope="module")
def undisturbed(result):
    """What every run of this module must come to: the program's result on the orchard."""
    return content(result), manifests(result)


@pytest.fixture
def faulty(orchard):
    """Runs the job in a process of its own, with a fault in its tasks."""

    def start(output, fault, *, exit_code, failures=4, source=orchard):
        words = [fault, failures, source, output, *CLI]
        return with_faults("job_faults.py", *words, exit_code=exit_code)

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


def test_the_program_resumes_a_job_of_spark(faulty, verger, orchard, tmp_path, check_whole):
    output = tmp_path / "out"
    said = faulty(output, "third-shard-fails", exit_code=3, failures=1)
    assert "Finished shards are kept; go on with --resume." in said
    assert "Cannot write the third shard." in said
    done = {path.name for path in (output / "_verger/shards").glob("0*.json")}
    assert done
    assert "00002.json" not in done
    verger("run", orchard, output, *CLI, exit_code=3)
    verger("run", orchard, output, *CLI, "--resume")
    assert document(output / "_verger/run.json")["shards"]["resumed"] == len(done)
    check_whole(output)


@pytest.mark.parametrize("point", ["shard-data-written:3", "shard-committed:2", "before-success:1"])
def test_spark_resumes_a_run_of_the_program(run, orchard, tmp_path, check_whole, point):
    output = tmp_path / "out"
    deadly = ROOT / "build/release/tests/fault/verger_fault"
    killed = subprocess.run(
        [deadly, "run", orchard, output, *map(str, CLI)],
        env=os.environ | {"VERGER_KILL_AT": point}, check=False, capture_output=True,
    )  # fmt: skip
    assert killed.returncode == -9
    done = len(list((output / "_verger/shards").glob("0*.json")))
    with pytest.raises(OSError, match=r"unfinished run; go on with it by resume"):
        run(orchard, output)
    record = run(orchard, output, resume=True)
    assert record["shards"]["resumed"] == done
    check_whole(output)


def test_another_recipe_is_not_resumed(run, verger, orchard, tmp_path):
    output = tmp_path / "out"
    verger("run", orchard, output, *CLI, "--max-pixels", 10_000_000)
    assert run(orchard, output, resume=True)["shards"]["resumed"] == 0
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
    assert run(orchard, output, resume=True)["shards"]["resumed"] == 1
    check_whole(output)


def test_a_task_that_fails_twice_doubles_no_row(faulty, tmp_path, check_whole):
    faulty(tmp_path / "out", "second-shard-fails-twice", exit_code=0)
    check_whole(tmp_path / "out")
    (name,) = [n for n in parts_of(tmp_path / "out", "features") if n.startswith("part-00001-")]
    assert name.endswith("-c002.snappy.parquet")


def test_the_slower_of_two_attempts_counts_for_nothing(faulty, tmp_path, check_whole):
    faulty(tmp_path / "out", "every-shard-is-done-twice", exit_code=0)
    check_whole(tmp_path / "out")


def test_a_task_that_outlives_its_run_writes_nothing(orchard, tmp_path):
    from verger.spark.job.lease import Lease  # noqa: PLC0415
    from verger.spark.job.local_store import LocalStore  # noqa: PLC0415

    store = LocalStore(str(tmp_path / "out"))
    with Lease.acquire(store, "run") as lease:
        fence = lease.fence
        store.write("features/a", b"in time", fence)
    with pytest.raises(OSError, match=r"does not write file:.* any more"):
        store.write("features/b", b"too late", fence)
    assert [path.name for path in (tmp_path / "out" / "features").iterdir()] == ["a"]


def test_a_run_that_withdraws_lets_neither_its_tasks_nor_others_write(tmp_path):
    from verger.spark.job.lease import Lease, LeaseTiming  # noqa: PLC0415
    from verger.spark.job.local_store import LocalStore  # noqa: PLC0415

    store = LocalStore(str(tmp_path / "out"))
    with Lease.acquire(store, "run") as lease:
        assert lease.withdraw()
        with pytest.raises(OSError, match=r"does not write file:.* any more"):
            store.create("features/a", lease.fence).__enter__()
        assert not (tmp_path / "out" / "features").exists()
        with pytest.raises(OSError, match="is wanted by several runs at once"):
            Lease.acquire(store, "run", LeaseTiming(pause=0.01))
    with Lease.acquire(store, "run", LeaseTiming(lapse=0.001)) as lease:
        time.sleep(0.01)
        assert not lease.withdraw()


def test_a_run_that_fails_leaves_nothing_half_written(faulty, tmp_path):
    half = tmp_path / "out/features/.verger-tmp-0123456789abcdef-part"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    faulty(tmp_path / "out", "third-shard-fails", exit_code=3, failures=1)
    assert not leftovers(tmp_path / "out")


def test_one_run_at_a_time_writes_an_output(run, verger, orchard, tmp_path):
    from verger.spark.job.lease import Lease  # noqa: PLC0415
    from verger.spark.job.local_store import LocalStore  # noqa: PLC0415

    output = tmp_path / "out"
    with Lease.acquire(LocalStore(str(output)), "run"):
        with pytest.raises(OSError, match=r"is being written by verger run on .*, process \d+;"):
            run(orchard, output)
        said = verger("run", orchard, output, *CLI, exit_code=3).stderr
        assert f"process {os.getpid()};" in said
    assert list((output / "_verger" / "leases").iterdir()) == []
    run(orchard, output)


def test_a_lease_is_renewed_and_taken_over_when_its_holder_is_gone(tmp_path):
    from verger.spark.job.lease import Lease, LeaseTiming, lease_name  # noqa: PLC0415
    from verger.spark.job.local_store import LocalStore  # noqa: PLC0415

    store = LocalStore(str(tmp_path))
    with Lease.acquire(store, "run", LeaseTiming(lapse=5, renew=0.1)) as lease:
        time.sleep(6)
        lease.check()
        lease.fence()
        stolen = document(tmp_path / lease_name(lease.token))
    stolen |= {"token": "gone", "pid": 2**22 + 1, "lapses_ms": stolen["lapses_ms"] + 10**6}
    place = tmp_path / lease_name("gone")
    place.write_text(json.dumps(stolen))
    with Lease.acquire(store, "run"):
        assert not place.exists()


def test_an_image_that_changes_meanwhile_is_noticed(faulty, verger, orchard, tmp_path):
    images = tmp_path / "Test"
    shutil.copytree(orchard, images)
    said = faulty(tmp_path / "out", "an-image-changes", exit_code=3, failures=1, source=images)
    assert "1 of the images changed during the run" in said
    assert not (tmp_path / "out/_SUCCESS").exists()
    verger("run", images, tmp_path / "out", *CLI, "--resume")
    assert document(tmp_path / "out/_verger/run.json")["shards"]["resumed"] == 3


def test_the_weights_of_another_seed_make_shards_stale(run, verger, orchard, tmp_path):
    verger("run", orchard, tmp_path / "out", "--weights", "untrained:1", "--parts", 4)
    record = run(orchard, tmp_path / "out", resume=True)
    assert record["shards"]["resumed"] == 0
    assert record["model"]["weights"] == UNTRAINED
