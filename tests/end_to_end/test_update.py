# SPDX-License-Identifier: Apache-2.0
"""`verger update` reads what is new or changed, and leaves what a run from scratch would."""

import json
import shutil

import pytest
from end_to_end.updates import WEIGHTS, PackedUpdated, Updated, counts
from fault.kills import killed_at


@pytest.fixture
def updated(verger, orchard, tmp_path):
    """Thirty photographs, and their result."""
    return Updated(verger, orchard, tmp_path)


def test_new_images_get_shards_of_their_own(updated):
    before = updated.files()
    updated.add(9)
    record = updated.update()
    assert counts(record) == (30, 9, 0, 0, 9)
    assert record["update"]["shards"] == {"kept": 4, "rewritten": 0, "added": 2, "removed": 0}
    kept = {path: time for path, time in before.items() if path.parent.name == "features"}
    assert kept.items() - {(path, time) for path, time in updated.files().items()} == {
        (path, time) for path, time in kept.items() if path.name == "_SUCCESS"
    }
    updated.check()


def test_changed_images_are_read_anew(updated):
    for path in updated.images()[3:5]:
        updated.change(path)
    record = updated.update()
    assert counts(record) == (28, 0, 2, 0, 2)
    assert record["update"]["shards"]["kept"] == 3
    updated.check()


def test_removed_images_leave_without_reading_others(updated):
    for path in updated.images()[::10]:
        path.unlink()
    record = updated.update()
    assert counts(record) == (27, 0, 0, 3, 0)
    assert "pipeline" not in record
    updated.check()


def test_a_shard_without_images_disappears(updated):
    for path in updated.images()[:8]:
        path.unlink()
    record = updated.update()
    assert record["update"]["shards"] == {"kept": 3, "rewritten": 0, "added": 0, "removed": 1}
    assert not (updated.output / "_verger/shards/00000.json").exists()
    updated.check()
    updated.add(3)
    assert updated.update()["update"]["kept"] == 22
    assert (updated.output / "_verger/shards/00004.json").exists()
    updated.check()


def test_all_at_once(updated):
    images = updated.images()
    updated.change(images[4])
    updated.change(images[17])
    images[5].unlink()
    images[29].unlink()
    updated.add(5)
    assert counts(updated.update()) == (26, 5, 2, 2, 7)
    updated.check()


def test_nothing_to_do_touches_nothing(updated, verger):
    before = updated.files()
    process = verger("update", updated.input, updated.output, *WEIGHTS)
    assert "nothing to do" in process.stdout
    assert updated.files() == before
    process = verger("update", updated.input, updated.output, *WEIGHTS, "--log-format", "json")
    summary = json.loads(process.stderr.splitlines()[-1])
    assert summary["state"] == "unchanged"
    assert counts(summary) == (30, 0, 0, 0, 0)


def test_always_refits_and_leaves_projections_of_the_same_model(updated):
    parts = {path for path in updated.files() if path.name.startswith("part-")}
    record = updated.update("--refit", "always")
    assert record["update"]["refitted"]
    drift = record["update"]["drift"]
    assert drift["k_before"] == drift["k_after"]
    assert drift["largest_angle"] == pytest.approx(0, abs=1e-5)
    assert drift["variance_kept"] == pytest.approx(record["reduction"]["cumulative"], rel=1e-9)
    assert {
        p for p in updated.files() if p.name.startswith("part-") and "rejected" not in str(p)
    } == {p for p in parts if "rejected" not in str(p)}
    updated.check()


def test_never_projects_new_rows_by_the_model_that_is_there(updated):
    model = updated.model("components")
    pca = {path for path in updated.files() if "/pca/part-" in str(path)}
    updated.add(6)
    record = updated.update("--refit", "never")
    assert not record["update"]["refitted"]
    assert record["update"]["drift"]["largest_angle"] is None
    kept = record["update"]["drift"]["variance_kept"]
    assert kept == pytest.approx(updated.variance_kept(), rel=1e-9)
    assert (updated.model("components") == model).all()
    assert pca < set(updated.files())
    updated.check(refitted=False)
    assert updated.update("--refit", "always")["update"]["drift"]["largest_angle"] > 0
    updated.check()


def test_rejected_images_may_become_good_and_the_reverse(updated):
    good = updated.images()[9]
    content = good.read_bytes()
    updated.change(good, content[:300])
    assert updated.update()["counts"]["rejected"] == 1
    updated.check()
    updated.change(good, content)
    assert updated.update()["counts"]["rejected"] == 0
    updated.check()


def test_rejected_images_alone_are_no_reason_to_refit(updated):
    bad = updated.place(b"no image at all")
    assert not updated.update()["update"]["refitted"]
    updated.check()
    bad.unlink()
    record = updated.update()
    assert record["counts"]["rejected"] == 0
    assert not record["update"]["refitted"]
    updated.check()


def test_the_layout_of_a_notebook(verger, orchard, tmp_path):
    updated = Updated(verger, orchard, tmp_path, "--layout", "notebook", "--variance", 0.9)
    updated.change(updated.images()[2])
    updated.images()[20].unlink()
    updated.add(4)
    assert counts(updated.update()) == (28, 4, 1, 1, 5)
    updated.check()


def test_options_are_those_of_the_output(verger, orchard, tmp_path):
    updated = Updated(verger, orchard, tmp_path, "--components", 5, "--max-pixels", 90_000)
    updated.add(2)
    verger("update", updated.input, updated.output, *WEIGHTS)
    assert updated.record()["reduction"]["k"] == 5
    assert updated.record()["options"]["max_pixels"] == 90_000
    updated.check()


def test_it_goes_on_with_the_last_reduction(verger, orchard, tmp_path):
    updated = Updated(verger, orchard, tmp_path, "--max-pixels", 90_000)
    reduction = ["--components", 5, "--no-standardize"]
    verger("reduce", updated.output, *reduction, "--overwrite")
    assert updated.record()["options"]["max_pixels"] == 90_000
    assert "nothing to do" in verger("update", updated.input, updated.output, *WEIGHTS).stdout
    updated.add(2)
    verger("update", updated.input, updated.output, *WEIGHTS)
    assert updated.record()["command"] == "update"
    assert updated.record()["reduction"]["k"] == 5
    updated.options += map(str, reduction)
    updated.check()
    verger("reduce", updated.output, "--overwrite")
    updated.options = updated.options[:4]
    updated.change(updated.images()[7])
    assert counts(updated.update()) == (31, 0, 1, 0, 1)
    updated.check()


def test_an_extraction_that_was_reduced_is_as_good_as_a_run(updated, verger, tmp_path):
    verger("extract", updated.input, tmp_path / "halves", *WEIGHTS, "--parts", 4)
    verger("reduce", tmp_path / "halves")
    updated.output = tmp_path / "halves"
    updated.add(3)
    assert counts(updated.update()) == (30, 3, 0, 0, 3)
    updated.check()


@pytest.mark.parametrize("point", ["model-saved:1", "replacing:1", "before-success:1"])
def test_a_reduction_that_was_killed_is_finished(updated, deadly, point):
    reduce = ["reduce", updated.output, "--components", "5", "--overwrite"]
    assert killed_at(deadly, point, reduce)
    updated.options += ["--components", "5"]
    assert updated.update()["reduction"]["k"] == 5
    updated.check()


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--variance", 0.8], "--variance 0.95, not 0.8"),
        (["--components", 3], "--components none, not 3"),
        (["--max-pixels", 1000], "--max-pixels 178,956,970, not 1,000"),
        (["--pattern", "*.jpg"], '--pattern "", not "*.jpg"'),
        (["--no-standardize"], "--standardize true, not false"),
        (["--layout", "notebook"], "--layout tables"),
    ],
)
def test_other_options_are_refused_in_a_sentence(updated, flags, told):
    before = updated.files()
    updated.add(1)
    message = updated.update(*map(str, flags), exit_code=None)
    assert told in message
    assert message.count("error") == 1
    assert updated.files() == before


def test_other_weights_are_refused(updated, verger):
    process = verger(
        "update", updated.input, updated.output, "--weights", "untrained:8", exit_code=4
    )
    assert "was made with the weights untrained:7" in process.stderr
    assert "verger run --overwrite" in process.stderr


def test_outputs_that_cannot_be_updated(updated, verger, tmp_path):
    def refused(output):
        return verger("update", updated.input, output, *WEIGHTS, exit_code=3).stderr

    assert "make one with 'verger run'" in refused(tmp_path / "nothing")
    verger("extract", updated.input, tmp_path / "extract", *WEIGHTS)
    assert "made by 'verger extract'" in refused(tmp_path / "extract")
    verger("apply", updated.input, tmp_path / "apply", "--model", updated.output, *WEIGHTS)
    verger("reduce", tmp_path / "apply", "--overwrite")
    assert "made by 'verger apply'" in refused(tmp_path / "apply")
    older = shutil.copytree(updated.output, tmp_path / "older")
    for path in older.glob("_verger/shards/*.json"):
        manifest = json.loads(path.read_text())
        del manifest["inputs"]
        path.write_text(json.dumps(manifest))
    assert "does not tell which images" in refused(older)
    damaged = shutil.copytree(updated.output, tmp_path / "damaged")
    inputs = damaged / "_verger/inputs/00002.parquet"
    inputs.write_bytes(bytes(inputs.stat().st_size))
    assert "00002.parquet" in refused(damaged)
    next(damaged.glob("features/part-00001*")).unlink()
    assert "features/part-00001" in refused(damaged)
    (updated.output / "_SUCCESS").unlink()
    assert "verger run --resume" in refused(updated.output)


def test_killed_once_it_finishes(updated, deadly, verger):
    updated.change(updated.images()[11])
    updated.images()[2].unlink()
    updated.add(8)
    assert updated.killed_at(deadly, "shard-committed:2")
    assert not list(updated.output.rglob("_SUCCESS"))
    verger("inspect", updated.output, exit_code=1)
    record = updated.update()
    assert record["update"]["refitted"]
    assert record["update"]["inferred"] < 9
    updated.check()


@pytest.mark.parametrize("point", ["model-saved:1", "before-success:1", "between-marks:1"])
def test_killed_late_it_tells_the_same_drift(updated, deadly, point, tmp_path):
    updated.add(8)
    other = shutil.copytree(updated.output, tmp_path / "other")
    assert updated.killed_at(deadly, point)
    drift = updated.update()["update"]["drift"]
    updated.check()
    updated.output = other
    assert updated.update()["update"]["drift"] == drift


def test_packed_inputs(verger, orchard, tmp_path):
    PackedUpdated(verger, orchard, tmp_path).check_updates(PackedUpdated.update)
