# SPDX-License-Identifier: Apache-2.0
"""`report.html` and `verger report`: the document behind it, its place, what it may not break."""

import base64
import json
import re
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT, UNTRAINED
from jsonschema import Draft202012Validator

SCHEMA = json.loads((ROOT / "docs" / "report.schema.json").read_text())


@pytest.fixture(scope="module")
def describe(verger):
    """A function from an output to its report's document, which its schema holds for."""

    def run(output):
        report = json.loads(verger("report", output, "--json").stdout)
        Draft202012Validator(SCHEMA).validate(report)
        return report

    return run


def document_of(page):
    embedded = re.search(r'<script type="application/json" id="report">(.*?)</script>', page, re.S)
    return json.loads(embedded[1])


def test_a_run_leaves_the_page_of_its_document(result, describe):
    report = describe(result)
    assert document_of((result / "report.html").read_text()) == report
    assert report["run"] == json.loads((result / "_verger" / "run.json").read_text())
    assert report["points"]["total"] == len(report["points"]["x"]) == 60
    assert sum(label["count"] for label in report["labels"]["listed"]) == 60
    assert report["spectrum"]["cumulative"][report["spectrum"]["k"] - 1] >= 0.95
    assert len(report["thumbnails"]) == 60
    assert all(base64.b64decode(p)[:2] == b"\xff\xd8" for p in report["thumbnails"].values())


def test_the_workers_time_adds_up(describe, result):
    shares = describe(result)["pipeline"]["worker_shares"]
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["infer"] > 0


def test_images_that_are_gone_have_no_thumbnail(verger, describe, orchard, tmp_path):
    shutil.copytree(orchard, tmp_path / "in")
    verger("run", tmp_path / "in", tmp_path / "out", "--weights", UNTRAINED)
    shutil.rmtree(tmp_path / "in")
    assert describe(tmp_path / "out")["thumbnails"] == {}


def test_an_extraction_has_classes_and_no_map(verger, describe, orchard, tmp_path):
    verger("extract", orchard, tmp_path / "out", "--weights", UNTRAINED)
    report = describe(tmp_path / "out")
    assert report["points"] is None
    assert report["spectrum"] is None
    assert report["closest_pairs"] is None
    assert report["confusions"] is None
    assert report["labels"]["total"] == 5
    verger("reduce", tmp_path / "out", "--components", 1)
    report = describe(tmp_path / "out")
    assert report["spectrum"]["k"] == 1
    assert report["pipeline"] is not None  # the extraction's


def test_copies_are_the_closest_pairs(verger, describe, orchard, tmp_path):
    shutil.copytree(orchard, tmp_path / "in")
    first, second = sorted((tmp_path / "in").rglob("*.jpg"))[:2]
    shutil.copy(first, first.with_name("copy.jpg"))
    other = tmp_path / "in" / "Wrong class"
    other.mkdir()
    shutil.copy(second, other / "copy.jpg")
    verger("run", tmp_path / "in", tmp_path / "out", "--weights", UNTRAINED)
    shutil.rmtree(other)  # no image is read for it, but for the thumbnails
    report = describe(tmp_path / "out")
    closest = report["closest_pairs"]
    assert closest["skipped"] is None
    two = {pair["label_conflict"]: pair for pair in closest["pairs"][:2]}
    assert {two[True]["first_label"], two[True]["second_label"]} == {
        second.parent.name,
        "Wrong class",
    }
    assert two[True]["cosine"] == pytest.approx(1, abs=1e-6)
    paths = {two[False]["first"], two[False]["second"]}
    assert paths == {f"file:{first}", f"file:{first.with_name('copy.jpg')}"}
    assert paths <= set(report["thumbnails"])
    cosines = [pair["cosine"] for pair in closest["pairs"]]
    assert len(cosines) == 24
    assert cosines == sorted(cosines, reverse=True)
    wrong = [c for c in report["confusions"]["listed"] if c["label"] == "Wrong class"]
    assert [(c["nearest_label"], c["images"], c["of"]) for c in wrong] == [
        (second.parent.name, 1, 1)
    ]


def test_few_components_tell_no_closest_pairs(verger, describe, result, tmp_path):
    verger("reduce", result, tmp_path / "out", "--components", 7)
    closest = describe(tmp_path / "out")["closest_pairs"]
    assert (closest["skipped"], closest["limit"], closest["pairs"]) == ("components", 8, [])


def test_the_map_shows_every_point_and_names_every_class(describe, result):
    points = describe(result)["points"]
    drawn = points["map"]
    assert len(drawn["x"]) == len(drawn["y"]) == len(drawn["near"]) == 60
    assert sorted(island["label"] for island in drawn["islands"]) == list(range(5))
    assert all(len(near) == 5 for near in drawn["near"])
    assert all(i not in near for i, near in enumerate(drawn["near"]))


def test_a_report_leaves_what_is_familiar(verger, result, tmp_path):
    copy = shutil.copytree(result, tmp_path / "copy")
    kept = copy / "_verger" / "search" / "familiarity.json"
    before = kept.read_bytes()
    kept.unlink()
    verger("report", copy, "--json")  # only looks
    assert not kept.exists()
    verger("report", copy)
    assert kept.read_bytes() == before
    kept.write_text("{")
    verger("report", copy)
    assert kept.read_bytes() == before


def write_features(folder, rows, width):
    features = np.random.default_rng(1).standard_normal((rows, width), dtype=np.float32)
    table = {
        "path": [f"file:/in/{i % 131}/{i}.jpg" for i in range(rows)],
        "label": [str(i % 131) for i in range(rows)],
        "features": pa.array(list(features), pa.list_(pa.float32())),
    }
    pq.write_table(pa.table(table), folder / "features.parquet")


def test_the_closest_pairs_and_confusions_are_those_of_all_cosines(verger, describe, tmp_path):
    write_features(tmp_path, 300, 24)
    verger("reduce", tmp_path, tmp_path / "out")
    report = describe(tmp_path / "out")
    closest = report["closest_pairs"]
    table = pq.read_table(tmp_path / "out" / "pca")
    rows = np.array(table["pca"].to_pylist())
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    first, second = np.triu_indices(len(rows), 1)
    cosines = np.sum(rows[first] * rows[second], axis=1)
    best = np.argsort(-cosines)[:24]
    assert [pair["cosine"] for pair in closest["pairs"]] == pytest.approx(cosines[best], abs=1e-6)
    paths = table["path"].to_pylist()
    assert closest["pairs"][0]["first"] == paths[first[best[0]]]
    assert closest["pairs"][0]["second"] == paths[second[best[0]]]
    full = rows @ rows.T
    np.fill_diagonal(full, -2)
    labels = np.array(table["label"].to_pylist())
    assert report["confusions"]["confused"] == np.sum(labels != labels[full.argmax(axis=1)])
    assert report["points"]["map"]["near"][7] == np.argsort(-full[7])[:5].tolist()


def test_a_large_result_is_sampled(verger, describe, tmp_path):
    rows = 25_001
    write_features(tmp_path, rows, 12)
    verger("reduce", tmp_path, tmp_path / "out")
    report = describe(tmp_path / "out")
    assert (report["confusions"]["rows"], report["confusions"]["measured"]) == (rows, 25_000)
    assert not (tmp_path / "out" / "_verger" / "search").exists()  # the first search measures it
    assert report["points"]["total"] == rows
    assert len(report["points"]["x"]) == 25_000
    assert sum(label["count"] for label in report["labels"]["listed"]) == rows


def test_the_notebook_layout_keeps_it_out_of_its_table(verger, describe, orchard, tmp_path):
    verger("run", orchard, tmp_path, "--weights", UNTRAINED, "--layout", "notebook", "--overwrite")
    assert not (tmp_path / "report.html").exists()
    assert document_of((tmp_path / "_verger" / "report.html").read_text()) == describe(tmp_path)


def test_a_report_that_fails_spoils_no_run(verger, orchard, tmp_path):
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    (tmp_path / "out" / "report.html" / "mine").touch()
    process = verger("run", orchard, tmp_path / "out", "--weights", UNTRAINED, "--overwrite")
    assert process.stderr.count("its report could not be made") == 1
    assert (tmp_path / "out" / "_SUCCESS").exists()


def test_it_goes_where_it_is_asked_to(verger, result, tmp_path):
    verger("report", result, "--output", tmp_path / "page.html")
    assert (tmp_path / "page.html").read_bytes() == (result / "report.html").read_bytes()


def test_no_result_is_one_sentence(verger, tmp_path):
    process = verger("report", tmp_path, exit_code=3)
    assert process.stderr.count("\n") == 1
