# SPDX-License-Identifier: Apache-2.0
"""A first look: --dry-run, which writes nothing, and --limit, which marks what it made."""

import json
import os

import pyarrow.parquet as pq
import pytest
from conftest import UNTRAINED
from end_to_end.tables import read_table

NETWORK = ("--weights", UNTRAINED)


def summary(process):
    """The summary as an event."""
    events = [json.loads(line) for line in process.stderr.splitlines()]
    return next(event for event in events if event["event"] == "summary")


@pytest.mark.parametrize("command", ["run", "extract"])
def test_a_dry_run_tells_what_would_be_done(verger, orchard, tmp_path, command):
    words = (command, orchard, tmp_path / "out", *NETWORK, "--parts", 4, "--dry-run")
    text = verger(*words).stdout
    assert f"{command}, a dry run: nothing was written" in text
    assert f"60 in {orchard}, of which 60 would be read" in text
    assert "4 parts of features would be written, about 307.2 kB" in text
    planned = summary(verger(*words, "--log-format", "json", "--metrics", tmp_path / "m.prom"))
    size = sum(file.stat().st_size for file in orchard.rglob("*.jpg"))
    assert planned["state"] == "planned"
    assert planned["plan"] == {
        "images": 60, "bytes": size, "parts": 4, "features_bytes": 60 * 1280 * 4
    }  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_downloads_no_weights(verger, orchard, tmp_path):
    nowhere = {**os.environ, "KERAS_HOME": str(tmp_path / "keras"), "VERGER_WEIGHTS": ""}
    process = verger("run", orchard, tmp_path / "out", "--dry-run", env=nowhere)
    assert "a run would download them from https://" in process.stderr
    assert "60 would be read" in process.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_of_an_update_and_of_a_run_that_goes_on(verger, orchard, tmp_path):
    folder, out = tmp_path / "Test", tmp_path / "out"
    verger("sample", folder, "--images", 12, "--classes", 3)
    verger("run", folder, out, *NETWORK, "--parts", 3)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    next(folder.rglob("*.jpg")).unlink()
    (folder / "new.jpg").write_bytes(next(orchard.rglob("*.jpg")).read_bytes())
    planned = summary(verger("update", folder, out, *NETWORK, "--dry-run", "--log-format", "json"))
    assert planned["plan"]["images"] == planned["update"]["inferred"] == 1
    assert (planned["update"]["added"], planned["update"]["removed"]) == (1, 1)
    text = verger("update", folder, out, *NETWORK, "--dry-run").stdout
    assert "11 kept, 1 added, 0 changed, 1 removed; 1 to infer" in text
    assert before == {path: path.stat().st_mtime_ns for path in out.rglob("*")}


def test_a_limit_takes_the_first_images_and_is_marked(verger, inspect, orchard, tmp_path):
    out = tmp_path / "out"
    process = verger("run", orchard, out, *NETWORK, "--limit", 7, "--parts", 2)
    trial = "of the 60 images in INPUT the first 7 alone were taken."
    assert f"TRIAL        {trial}" in process.stdout
    first = sorted(str(path) for path in orchard.rglob("*.jpg"))[:7]
    taken = sorted(
        path.removeprefix("file:") for path in read_table(out / "features")["path"].to_pylist()
    )
    assert taken == first
    record = json.loads((out / "_verger" / "run.json").read_text())
    assert record["options"]["limit"] == 7
    assert record["limited_from"] == 60
    assert trial in record["warning"]
    assert trial in (out / "report.html").read_text()
    assert inspect(out)["ok"]


def test_a_limit_that_leaves_nothing_out_is_no_trial(verger, orchard, tmp_path):
    process = verger("extract", orchard, tmp_path / "out", *NETWORK, "--limit", 60)
    assert "TRIAL" not in process.stdout
    record = json.loads((tmp_path / "out" / "_verger" / "run.json").read_text())
    assert record["limited_from"] == 0
    assert "trial" not in record.get("warning", "")


def test_a_trial_is_gone_on_with_as_a_trial(verger, orchard, tmp_path):
    out = tmp_path / "out"
    verger("run", orchard, out, *NETWORK, "--limit", 7)
    process = verger("run", orchard, out, *NETWORK, "--resume", exit_code=2)
    assert "has --limit 7, not none; give the same, or replace" in process.stderr
    process = verger("update", orchard, out, *NETWORK, "--limit", 8, exit_code=2)
    assert "--limit 7, not 8" in process.stderr
    assert "nothing to do" in verger("update", orchard, out, *NETWORK).stdout
    verger("run", orchard, out, *NETWORK, "--overwrite")
    assert read_table(out / "features").num_rows == 60


def test_places_are_looked_at_before_weights(verger, orchard, tmp_path):
    """None of these asks for weights, which are nowhere."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").touch()
    weights = ("--weights", tmp_path / "absent.h5")
    for words, named in [
        (("run", tmp_path / "nowhere", tmp_path / "out"), "nowhere"),
        (("run", tmp_path / "empty", tmp_path / "out"), "No .jpg, .jpeg or .png file"),
        (("extract", tmp_path / "full", tmp_path / "out"), "No .jpg, .jpeg or .png file"),
        (("run", orchard, tmp_path / "full"), "--overwrite"),
        (("update", orchard, tmp_path / "empty"), "run.json"),
    ]:
        assert named in verger(*words, *weights, exit_code=3).stderr
    process = verger("run", orchard, tmp_path / "out", *weights, exit_code=4)
    assert "absent.h5" in process.stderr


def test_too_many_components_are_refused_before_the_extraction(verger, orchard, tmp_path):
    out = tmp_path / "out"
    process = verger("run", orchard, out, *NETWORK, "--components", 2000, exit_code=2)
    assert (
        "--components 2,000 exceeds the width of the features of MobileNetV2 1.0 224, which is "
        "1,280; ask for at most that many."
    ) in process.stderr
    assert not out.exists()
    verger("extract", orchard, out, *NETWORK)
    process = verger("reduce", out, "--components", 2000, exit_code=2)
    assert "exceeds the width" in process.stderr
    assert not (out / "pca").exists()


def test_a_reduction_tells_its_own_stages(verger, orchard, tmp_path):
    out = tmp_path / "out"
    verger("extract", orchard, out, *NETWORK)
    text = verger("reduce", out).stdout
    (line,) = [line for line in text.splitlines() if line.startswith("  time ")]
    assert "extract" not in line
    assert "list" not in line
    assert "CPU" not in text
    stages = json.loads((out / "_verger" / "run.json").read_text())["seconds"]
    assert {"extract", "fit"} <= set(stages)


def test_places_are_shown_as_they_were_typed(verger, orchard):
    folder = orchard.parent
    text = verger("run", "Test", "As typed", *NETWORK, cwd=folder).stdout
    assert "  output       As typed\n" in text
    assert "  report       As typed/report.html\n" in text


def test_the_notebook_layout_tells_how_pandas_reads_it(verger, orchard, tmp_path):
    out = tmp_path / "out"
    text = verger("run", orchard, out, *NETWORK, "--layout", "notebook").stdout
    (line,) = [line for line in text.splitlines() if "pandas" in line]
    assert "gives each row twice" in line
    prefixes = json.loads(line.partition("ignore_prefixes=")[2].rstrip(")"))
    # pandas hands this on to pyarrow.
    assert pq.read_table(out).num_rows == 120
    assert pq.read_table(out, ignore_prefixes=prefixes).num_rows == 60
    assert "pandas" not in verger("run", orchard, tmp_path / "tables", *NETWORK).stdout


def test_what_is_one_is_told_as_one(verger, tmp_path):
    folder, out = tmp_path / "one", tmp_path / "out"
    assert (
        "1 image of 1 class is in" in verger("sample", folder, "--images", 1, "--classes", 1).stdout
    )
    process = verger("extract", folder, out, *NETWORK, "--parts", 1)
    assert "extract  1 image in" in process.stderr
    assert "1 row in 1 part, " in verger("inspect", out).stdout
