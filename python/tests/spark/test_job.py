# SPDX-License-Identifier: Apache-2.0
"""The Spark job leaves what `verger run` leaves, to the byte."""

import json
import os
import re
import warnings

import pytest
from conftest import UNTRAINED
from spark.job_support import CLI, document, jobs, manifests, mean_network, reduction, run
from storage.results import content, findings, leftovers

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore:UNTRAINED"),
]
__all__ = ["jobs", "run"]


@pytest.fixture(scope="module")
def mixed(verger, tmp_path_factory):
    """Photographs, and what looks like some, below names with spaces and letters beyond ASCII."""
    folder = tmp_path_factory.mktemp("mixed") / "Test"
    verger("sample", folder, "--images", 24, "--classes", 3, "--seed", 9)
    first = sorted(folder.rglob("*.jpg"))[0].read_bytes()
    odd = folder / "Pomme d'été 1 %20+"
    odd.mkdir()
    (odd / "a b.JPG").write_bytes(first)
    (odd / "empty.jpg").write_bytes(b"")
    (odd / "cut.jpg").write_bytes(first[: len(first) // 2])
    (odd / "text.png").write_text("no image")
    (odd / "gone.jpg").symlink_to(odd / "nowhere")
    (odd / "loop").symlink_to(folder)
    (odd / ".hidden.jpg").write_bytes(first)
    (odd / "note.txt").write_text("not listed")
    return folder


@pytest.mark.parametrize("shape", [("tables", 1), ("tables", 7), ("notebook", 4)])
def test_the_result_has_the_bytes_of_the_programs(run, verger, orchard, tmp_path, shape):
    layout, parts = shape
    ours, theirs = tmp_path / "spark", tmp_path / "cli"
    options = {"layout": layout, "parts": parts, "variance": 0.9}
    record = run(orchard, ours, **options).record
    assert record == document(ours / "_verger/run.json")
    flags = [x for name, value in options.items() for x in (f"--{name}", value)]
    verger("run", orchard, theirs, "--weights", UNTRAINED, *flags)
    assert content(ours, layout) == content(theirs, layout)
    assert findings(ours, layout) == findings(theirs, layout)
    assert manifests(ours) == manifests(theirs)
    assert reduction(ours) == reduction(theirs)
    assert not leftovers(ours)
    shapes = [
        [p.relative_to(o).parent for p in sorted(o.rglob("*")) if p.is_file()]
        for o in (ours, theirs)
    ]
    assert shapes[0] == shapes[1]
    expected = document(theirs / "_verger/run.json")
    for key in ("counts", "model", "shards", "width", "reduction", "state", "command", "input"):
        assert record[key] == expected[key]
    assert record["options"] | {"threads": 0} == expected["options"] | {"threads": 0}
    assert set(record) - set(expected) == {"spark"}
    verger("inspect", ours)


def test_bad_images_are_rejected_as_the_program_rejects_them(run, verger, mixed, tmp_path):
    made = run(mixed, tmp_path / "spark")
    verger("run", mixed, tmp_path / "cli", *CLI)
    assert made.counts.rejected == 4
    assert content(tmp_path / "spark") == content(tmp_path / "cli")
    assert manifests(tmp_path / "spark") == manifests(tmp_path / "cli")
    verger("inspect", tmp_path / "spark")


def test_names_need_not_be_utf8(run, verger, orchard, tmp_path):
    images = tmp_path / os.fsdecode(b"Caf\xe9")
    images.mkdir()
    for number, photograph in enumerate(sorted(orchard.rglob("*.jpg"))[:3]):
        (images / os.fsdecode(b"%d\xff.jpg" % number)).write_bytes(photograph.read_bytes())
    run(images, tmp_path / "spark")
    verger("run", images, tmp_path / "cli", *CLI)
    assert manifests(tmp_path / "spark") == manifests(tmp_path / "cli")


def test_spark_reads_the_tables(run, spark, orchard, tmp_path):
    made = run(orchard, tmp_path / "out", layout="notebook")
    features = spark.read.parquet(str(tmp_path / "out"))
    assert [f.simpleString() for f in features.schema] == [
        "path:string", "label:string", "features:array<float>",
    ]  # fmt: skip
    assert features.count() == 60
    pca = spark.read.parquet(str(tmp_path / "out/pca_results"))
    assert pca.schema["features_pca"].dataType.typeName() == "vectorudt"
    assert pca.schema["features_scaled"].metadata == {"ml_attr": {"num_attrs": 1280}}
    assert pca.select("features_pca").first()[0].size == made.k


def test_shards_with_more_rows_than_features_keep_their_moments(run, verger, orchard, tmp_path):
    path = mean_network(tmp_path)
    run(orchard, tmp_path / "spark", model=path, parts=4)
    verger("run", orchard, tmp_path / "cli", "--model", path, "--parts", 4)
    names = [m["moments"]["bytes"] for m in manifests(tmp_path / "spark")]
    assert len(names) == 4
    assert manifests(tmp_path / "spark") == manifests(tmp_path / "cli")
    assert content(tmp_path / "spark") == content(tmp_path / "cli")


def test_the_moments_of_many_shards_are_merged_by_spark(jobs, verger, tmp_path, capfd):
    photographs, model = tmp_path / "Test", mean_network(tmp_path)
    verger("sample", photographs, "--images", 280, "--classes", 4, "--seed", 6)
    options = {"model": model, "parts": 70, "progress": True}
    made = jobs("run", photographs, tmp_path / "spark", **options)
    assert re.search(r"verger: merge  \d+ parts in ", capfd.readouterr().err)
    assert "merge" in made.record["seconds"]
    verger("run", photographs, tmp_path / "cli", "--model", model, "--parts", 70)
    assert all(manifest["moments"] for manifest in manifests(tmp_path / "spark"))
    assert manifests(tmp_path / "spark") == manifests(tmp_path / "cli")
    assert reduction(tmp_path / "spark") == reduction(tmp_path / "cli")
    assert not leftovers(tmp_path / "spark")


def test_a_finished_result_is_replaced_only_when_asked(run, verger, orchard, tmp_path):
    output = tmp_path / "out"
    verger("run", orchard, output, *CLI, "--variance", "0.5")
    before = content(output)
    with pytest.raises(OSError, match=r"already holds files .* with overwrite"):
        run(orchard, output)
    assert content(output) == before
    with pytest.raises(OSError, match="holds tables of layout='tables'"):
        run(orchard, output, layout="notebook", overwrite=True)
    (output / "features" / "_mine.txt").write_text("kept")
    run(orchard, output, overwrite=True)
    verger("run", orchard, tmp_path / "cli", *CLI)
    assert content(output) == content(tmp_path / "cli")
    assert (output / "features" / "_mine.txt").exists()
    (output / "features" / "_mine.txt").unlink()
    verger("inspect", output)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"source": "absent"},
            (OSError, r"^Cannot list absent: no such file or directory\."),
        ),
        ({"pattern": "*.bmp"}, (OSError, r"No file named '\*\.bmp' in or below /")),
        ({"weights": "absent.h5"}, (OSError, r"absent\.h5")),
        ({"variance": 1.5}, (ValueError, r"^variance must be above 0 and at most 1, not 1\.5\.$")),
        ({"parts": 0}, (ValueError, "^parts must be between")),
        ({"parts": "many"}, (ValueError, "^parts must be between .* not .many.")),
        ({"colour": 3}, (ValueError, "has no option colour")),
        ({"resume": True, "overwrite": True}, (ValueError, "^overwrite and resume exclude")),
        ({"layout": "spark"}, (ValueError, "^layout must be tables or notebook")),
        ({"output": "hdfs://host/x"}, (ValueError, "cannot be opened")),
        ({"s3_endpoint": "host:90"}, (ValueError, "^s3_endpoint must be http")),
        ({"threads": -1}, (ValueError, "threads")),
    ],
)
@pytest.mark.usefixtures("no_job")
def test_what_is_wrong_is_said_before_any_task(run, orchard, tmp_path, change, expected):
    places = {"source": orchard, "output": tmp_path / "out"}
    error, message = expected
    with pytest.raises(error, match=message) as raised:
        run(**(places | change))
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_strict_ends_the_run_at_a_rejected_image(run, mixed, tmp_path):
    with pytest.raises(
        OSError, match=r"is rejected \(\w.*\): .* Without strict=True the run would"
    ):
        run(mixed, tmp_path / "out", strict=True)
    assert not (tmp_path / "out" / "_SUCCESS").exists()
    assert not leftovers(tmp_path / "out")


def test_the_jobs_leave_the_callers_group(run, spark, orchard, tmp_path):
    context = spark.sparkContext
    context.setJobGroup("mine", "my own job")
    run(orchard, tmp_path / "out", parts=1)
    assert context.getLocalProperty("spark.jobGroup.id") == "mine"
    assert context.getLocalProperty("spark.job.description") == "my own job"
    for name in ("spark.jobGroup.id", "spark.job.description"):
        context.setLocalProperty(name, None)


def test_what_is_said_is_text_or_json_on_demand(run, orchard, tmp_path, capfd):
    with pytest.warns(UserWarning, match="UNTRAINED"):
        run(orchard, tmp_path / "text", progress=True)
    lines = capfd.readouterr().err.splitlines()
    assert any(line.startswith("verger: extract  60 images in ") for line in lines)
    run(orchard, tmp_path / "json", progress=True, log_format="json")
    events = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    stages = [(event["stage"], event["done"]) for event in events if event["event"] == "stage"]
    assert ("extract", 60) in stages
    assert ("project", 4) in stages
    assert events[-1]["event"] == "summary"


def test_the_halves_apply_and_inspect_are_the_programs(jobs, verger, orchard, tmp_path):
    ours, theirs = tmp_path / "spark", tmp_path / "cli"
    jobs("extract", orchard, ours, parts=3)
    verger("extract", orchard, theirs, "--weights", UNTRAINED, "--parts", 3)
    assert manifests(ours) == manifests(theirs)
    model = mean_network(tmp_path)  # parts of more rows than columns have moments to be asked for
    jobs("reduce", ours, weights=None, variance=0.8)
    verger("reduce", theirs, "--variance", "0.8")
    assert content(ours) == content(theirs)
    jobs("reduce", ours, tmp_path / "apart", weights=None, components=3)
    verger("reduce", theirs, tmp_path / "apart too", "--components", 3)
    assert reduction(tmp_path / "apart") == reduction(tmp_path / "apart too")
    jobs("apply", orchard, tmp_path / "applied", parts=5, weights=UNTRAINED, model=ours)
    verger("apply", orchard, tmp_path / "applied too", "--weights", UNTRAINED, "--parts", 5,
           "--model", ours)  # fmt: skip
    assert manifests(tmp_path / "applied") == manifests(tmp_path / "applied too")
    jobs("extract", orchard, tmp_path / "mean", model=model)
    jobs("reduce", tmp_path / "mean", weights=None)
    verger("run", orchard, tmp_path / "mean too", "--model", model)
    assert content(tmp_path / "mean") == content(tmp_path / "mean too")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # what people read of it is no warning
        inspection = jobs("inspect", ours, weights=None, rows=2)
    assert inspection.ok
    assert len(inspection.document["head"]) == 2
    with pytest.raises(OSError, match="nowhere"):
        jobs("inspect", tmp_path / "nowhere", weights=None)
