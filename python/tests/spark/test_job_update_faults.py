"""Updates that are killed, or whose tasks fail: another one finishes them, whoever drives it."""

import shutil
from random import Random

import pytest
from conftest import deadly
from end_to_end.updates import WEIGHTS, counts
from spark.job_support import document, with_faults
from spark.update_support import SAME, assert_same, by_spark, disturb, updated
from storage.results import content

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore:UNTRAINED"),
]
__all__ = ["by_spark", "deadly", "updated"]
POINTS = ["shard-committed:2", "model-saved:1", "before-success:1", "between-marks:1"]


@pytest.fixture
def faulty(updated):
    """Run the update in a process of its own, with a fault."""

    def start(fault, *, exit_code):
        words = [fault, updated.input, updated.output, *WEIGHTS]
        return with_faults("update_faults.py", *words, exit_code=exit_code)

    return start


@pytest.mark.parametrize("point", POINTS)
def test_spark_finishes_an_update_of_the_program(updated, deadly, by_spark, tmp_path, point):
    disturb(updated)
    other = shutil.copytree(updated.output, tmp_path / "other")
    assert updated.killed_at(deadly, point)
    record = by_spark(updated)
    updated.check()
    drift = by_spark(updated, other)["update"]["drift"]
    assert content(updated.output) == content(other)
    assert record["update"]["drift"] == drift


@pytest.mark.parametrize(
    "fault",
    [
        ("begun", "spark"),
        ("extracted", "verger"),
        ("fitted", "spark"),
        ("projected", "verger"),
        ("model-saved", "spark"),
        ("marks-to-set", "verger"),
    ],
)
def test_killed_it_is_finished_by_another(updated, faulty, by_spark, verger, fault):
    point, finisher = fault
    disturb(updated)
    undisturbed = shutil.copytree(updated.output, updated.folder / "undisturbed")
    verger("update", updated.input, undisturbed, *WEIGHTS)
    faulty(point, exit_code=-9)
    assert not list(updated.output.rglob("_SUCCESS"))
    verger("inspect", updated.output, exit_code=1)
    record = by_spark(updated) if finisher == "spark" else updated.update()
    assert record["update"]["refitted"]
    assert record["update"]["inferred"] == (9 if point == "begun" else 0)
    drift = document(undisturbed / "_verger/run.json")["update"]["drift"]
    assert record["update"]["drift"] == drift
    assert content(updated.output) == content(undisturbed)
    updated.check()


def test_a_task_that_fails_for_good_leaves_the_others(updated, faulty, by_spark):
    disturb(updated)
    said = faulty("a-new-shard-fails", exit_code=3)
    assert "Cannot write the new shard." in said
    assert "Finished shards are kept; run 'verger update' again." in said
    assert by_spark(updated)["update"]["inferred"] == 6
    updated.check()


def test_tasks_that_are_tried_again_double_no_row(updated, faulty):
    disturb(updated)
    faulty("answers-are-lost", exit_code=0)
    assert counts(updated.record()) == (25, 6, 3, 2, 9)
    assert updated.record()["update"]["refitted"]
    updated.check()


def disturb_at_random(updated, random):
    """Change, spoil, remove and add some photographs."""
    for path in random.choices(updated.images(), k=random.randrange(4)):
        updated.change(path, random.choice([None, b"bad", path.read_bytes()[:400]]))
    for path in random.sample(updated.images(), random.choice([0, 1, 3, 9])):
        path.unlink()
    updated.add(random.choice([0, 1, 4, 12]))


@pytest.mark.parametrize("seed", range(3))
def test_sequences_of_updates_and_kills(updated, verger, by_spark, deadly, seed):
    random = Random(seed)
    for step in range(4):
        disturb_at_random(updated, random)
        if random.random() < 0.5:
            updated.killed_at(deadly, random.choice(POINTS))
        other = shutil.copytree(updated.output, updated.folder / f"other {step}")
        refit = random.choice(["auto", "auto", "always"])
        verger("update", updated.input, other, *WEIGHTS, "--refit", refit)
        record = by_spark(updated, refit=refit)
        assert_same(updated, other)
        if record["state"] == "done":
            expected = document(other / "_verger/run.json")
            assert {key: record[key] for key in SAME} == {key: expected[key] for key in SAME}
        updated.check()
