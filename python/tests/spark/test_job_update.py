# SPDX-License-Identifier: Apache-2.0
"""The Spark job brings an output up to date as `verger update` does, to the byte."""

import shutil

import pytest
import verger as package
from conftest import deadly
from end_to_end.updates import WEIGHTS, Updated, counts
from spark.job_support import document, fault, jobs
from spark.update_support import SAME, assert_same, by_spark, disturb, updated
from storage.results import content

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore:UNTRAINED"),
]
__all__ = ["by_spark", "deadly", "fault", "jobs", "updated"]


@pytest.mark.parametrize("layout", ["tables", "notebook"])
def test_all_at_once_it_leaves_what_the_program_does(verger, orchard, tmp_path, by_spark, layout):
    updated = Updated(verger, orchard, tmp_path, "--layout", layout)
    other = shutil.copytree(updated.output, tmp_path / "other")
    disturb(updated)
    record = by_spark(updated)
    assert counts(record) == (25, 6, 3, 2, 9)
    assert record["counts"]["rejected"] == 2
    verger("update", updated.input, other, *WEIGHTS)
    assert_same(updated, other, layout)
    expected = document(other / "_verger/run.json")
    assert {key: record[key] for key in SAME} == {key: expected[key] for key in SAME}
    assert record["options"] | {"threads": 0} == expected["options"] | {"threads": 0}
    assert set(record) - set(expected) == {"spark"}
    assert record == updated.record()
    updated.check()


def test_nothing_to_do_touches_nothing(updated, by_spark, no_job):
    before = updated.files()
    record = by_spark(updated)
    assert updated.files() == before
    assert record["state"] == "unchanged"
    assert record["command"] == "update"
    assert counts(record) == (30, 0, 0, 0, 0)


def test_the_program_and_spark_update_what_the_other_made(updated, by_spark):
    for turn in range(2):
        updated.add(2)
        updated.change(updated.images()[7 * turn])
        updated.images()[7 * turn + 3].unlink()
        record = updated.update() if turn else by_spark(updated)
        assert counts(record)[1:] == (2, 1, 1, 3)
        updated.check()


@pytest.mark.parametrize(
    "wrong",
    [
        ({"variance": 0.8}, ValueError, "made with variance 0.95, not 0.8; give the same"),
        ({"layout": "notebook"}, OSError, "layout='tables'"),
        ({"weights": "untrained:8"}, package.ModelError, "made with the weights untrained:7"),
    ],
)
def test_what_is_wrong_with_options_is_a_sentence(updated, by_spark, no_job, wrong):
    options, kind, told = wrong
    before = updated.files()
    updated.add(1)
    with pytest.raises(kind) as raised:
        by_spark(updated, **options)
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)
    assert updated.files() == before


def test_spark_finishes_an_update_of_the_program(updated, deadly, by_spark, tmp_path):
    disturb(updated)
    other = shutil.copytree(updated.output, tmp_path / "other")
    assert updated.killed_at(deadly, "between-marks:1")
    by_spark(updated)
    updated.check()
    by_spark(updated, other)
    assert content(updated.output) == content(other)


def test_the_program_finishes_an_update_of_spark(updated, by_spark, fault):
    disturb(updated)
    fault("third_fails")
    with pytest.raises(OSError, match=r"^Cannot write the third shard\.$"):
        by_spark(updated)
    assert 0 < updated.update()["update"]["inferred"] < 9  # finished shards are not done again
    updated.check()


def test_tasks_that_are_tried_again_double_no_row(updated, by_spark, fault):
    disturb(updated)
    fault("answers_are_lost")
    record = by_spark(updated)
    assert counts(record) == (25, 6, 3, 2, 9)
    assert record["update"]["refitted"]
    updated.check()
