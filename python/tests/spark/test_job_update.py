"""The Spark job brings an output up to date as `verger update` does, to the byte."""

import json
import shutil

import pytest
import verger as package
from end_to_end.updates import WEIGHTS, PackedUpdated, Updated, counts
from spark.job_support import document, mean_network
from spark.update_support import SAME, assert_same, by_spark, disturb, updated

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore:UNTRAINED"),
]
__all__ = ["by_spark", "updated"]


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
    assert set(record) ^ set(expected) == {"spark", "pipeline"}
    assert record == updated.record()
    updated.check()


def test_shards_with_moments_of_their_own(verger, orchard, tmp_path, by_spark):
    model = mean_network(tmp_path)
    updated = Updated(verger, orchard, tmp_path, network=["--model", model])
    other = shutil.copytree(updated.output, tmp_path / "other")
    disturb(updated)
    by_spark(updated, model=model)
    verger("update", updated.input, other, "--model", model)
    assert len(list(updated.output.glob("_verger/moments/*.moments"))) == 5
    assert_same(updated, other)
    updated.check()


def test_nothing_to_do_touches_nothing(updated, by_spark, no_job):
    before = updated.files()
    record = by_spark(updated)
    assert updated.files() == before
    assert record["state"] == "unchanged"
    assert record["command"] == "update"
    assert counts(record) == (30, 0, 0, 0, 0)
    assert record["spark"]["master"] == "local[2]"


def test_always_refits_and_leaves_projections_of_the_same_model(updated, by_spark):
    parts = {path for path in updated.files() if "/pca/part-" in str(path)}
    record = by_spark(updated, refit="always")
    assert record["update"]["refitted"]
    assert record["update"]["drift"]["largest_angle"] == pytest.approx(0, abs=1e-5)
    assert {path for path in updated.files() if "/pca/part-" in str(path)} == parts
    updated.check()


def test_never_projects_new_rows_by_the_model_that_is_there(updated, by_spark):
    model = updated.model("components")
    pca = {path for path in updated.files() if "/pca/part-" in str(path)}
    updated.add(6)
    record = by_spark(updated, refit="never")
    assert not record["update"]["refitted"]
    assert record["update"]["drift"]["largest_angle"] is None
    kept = record["update"]["drift"]["variance_kept"]
    assert kept == pytest.approx(updated.variance_kept(), rel=1e-9)
    assert (updated.model("components") == model).all()
    assert pca < set(updated.files())
    updated.check(refitted=False)
    assert by_spark(updated, refit="always")["update"]["drift"]["largest_angle"] > 0
    updated.check()


def test_removed_images_leave_without_reading_others(updated, by_spark):
    for path in updated.images()[:8]:
        path.unlink()
    updated.images()[5].unlink()
    record = by_spark(updated)
    assert counts(record) == (21, 0, 0, 9, 0)
    assert record["update"]["shards"] == {"kept": 2, "rewritten": 1, "added": 0, "removed": 1}
    assert not (updated.output / "_verger/shards/00000.json").exists()
    updated.check()


def test_rejected_images_alone_are_no_reason_to_refit(updated, by_spark):
    good = updated.images()[9]
    bad = updated.place(b"no image at all")
    assert not by_spark(updated)["update"]["refitted"]
    bad.unlink()
    record = by_spark(updated)
    assert record["counts"]["rejected"] == 0
    assert not record["update"]["refitted"]
    updated.change(good, b"no image any more")
    assert by_spark(updated)["update"]["refitted"]
    updated.check()


def test_the_program_and_spark_update_what_the_other_made(updated, by_spark):
    from verger.spark.job.lease import Lease  # noqa: PLC0415 - not in .venv/core
    from verger.spark.job.local_store import LocalStore  # noqa: PLC0415

    for turn in range(4):
        updated.add(2)
        updated.change(updated.images()[7 * turn])
        updated.images()[7 * turn + 3].unlink()
        record = updated.update() if turn % 2 else by_spark(updated)
        assert counts(record)[1:] == (2, 1, 1, 3)
        updated.check()
    updated.add(1)
    with (
        Lease.acquire(LocalStore(str(updated.output)), "run"),
        pytest.raises(OSError, match=r"is being written by verger run on "),
    ):
        by_spark(updated)


def test_options_are_those_of_the_output(verger, orchard, tmp_path, by_spark):
    updated = Updated(verger, orchard, tmp_path, "--max-pixels", 90_000)
    verger("reduce", updated.output, "--components", 5, "--overwrite")
    updated.options += ["--components", "5"]
    updated.add(2)
    record = by_spark(updated)
    assert record["reduction"]["k"] == 5
    assert record["options"]["max_pixels"] == 90_000
    assert record["options"]["parts"] == 4
    updated.check()


@pytest.mark.parametrize(
    "wrong",
    [
        ({"variance": 0.8}, ValueError, "made with variance 0.95, not 0.8; give the same"),
        ({"components": 3}, ValueError, "components 0, not 3"),
        ({"pattern": "*.jpg"}, ValueError, 'pattern "", not "*.jpg"'),
        ({"standardize": False}, ValueError, "standardize true, not false"),
        ({"layout": "notebook"}, OSError, "layout tables"),
        ({"weights": "untrained:8"}, package.ModelError, "made with the weights untrained:7"),
        ({"refit": "often"}, ValueError, "refit must be auto, always or never, not 'often'."),
        ({"parts": 7}, ValueError, "There is no option 'parts'."),
        ({"overwrite": True}, ValueError, "There is no option 'overwrite'."),
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


def test_outputs_that_cannot_be_updated(updated, by_spark, verger, no_job, tmp_path):
    def refused(output):
        theirs = verger("update", updated.input, output, *WEIGHTS, exit_code=3).stderr
        with pytest.raises(OSError) as raised:
            by_spark(updated, output)
        ours = str(raised.value)
        assert ours.split("; ", maxsplit=1)[0] in theirs
        return ours

    assert "make one with 'verger run'" in refused(tmp_path / "nothing")
    verger("extract", updated.input, tmp_path / "extract", *WEIGHTS)
    assert "made by 'verger extract'" in refused(tmp_path / "extract")
    older = shutil.copytree(updated.output, tmp_path / "older")
    for path in older.glob("_verger/shards/*.json"):
        path.write_text(json.dumps(document(path) | {"inputs": None}))
    assert "make it anew with 'verger run --overwrite'" in refused(older)
    damaged = shutil.copytree(updated.output, tmp_path / "damaged")
    inputs = damaged / "_verger/inputs/00002.parquet"
    inputs.write_bytes(bytes(inputs.stat().st_size))
    assert "00002.parquet" in refused(damaged)
    next(damaged.glob("features/part-00001*")).unlink()
    assert "features/part-00001" in refused(damaged)
    (updated.output / "_verger/reduction.json").write_text("[")
    assert "it is not JSON" in refused(updated.output)
    (updated.output / "_SUCCESS").unlink()
    assert "go on with it by 'verger run --resume'" in refused(updated.output)


def test_an_update_from_a_folder_that_was_moved_reads_all(updated, by_spark, tmp_path):
    updated.input.rename(tmp_path / "Moved")
    updated.input = tmp_path / "Moved"
    record = by_spark(updated)
    assert counts(record) == (0, 30, 0, 30, 30)
    assert record["update"]["shards"] == {"kept": 0, "rewritten": 0, "added": 4, "removed": 4}
    updated.check()


def test_packed_inputs(verger, orchard, by_spark, tmp_path):
    PackedUpdated(verger, orchard, tmp_path).check_updates(by_spark)
