# SPDX-License-Identifier: Apache-2.0
"""What of INPUT is taken, and what is told of the rest; valid texts in tables, plain on screens."""

import json
import os
import shutil
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import UNTRAINED

FLAGS = ["--weights", UNTRAINED, "--parts", 2]
LATIN = os.fsdecode(b"P\xeache")  # not UTF-8


@pytest.fixture
def photograph(orchard):
    """The bytes of a photograph."""
    return sorted(orchard.rglob("*.jpg"))[0].read_bytes()


@pytest.fixture
def folder(orchard, tmp_path):
    """Two classes of four photographs each."""
    for name in sorted(path.name for path in orchard.iterdir())[:2]:
        (tmp_path / "in" / name).mkdir(parents=True)
        for path in sorted((orchard / name).iterdir())[:4]:
            shutil.copy(path, tmp_path / "in" / name)
    return tmp_path / "in"


def rows(output, name="features"):
    """A table's rows."""
    return pq.read_table(output / name).to_pylist()


def labels(output):
    """The labels of the features."""
    return {row["label"] for row in rows(output)}


def passed_over(output):
    """What run.json says of it."""
    return json.loads((output / "_verger/run.json").read_text())["passed_over"]


def test_what_is_passed_over_is_counted_by_reason(verger, folder, photograph, tmp_path):
    for name in ("_DSC1.JPG", ".x.jpg", "a.HEIC", "b.heic", "c.webp", "_SUCCESS", "x.bak"):
        (folder / name).write_bytes(photograph)
    for name in (".git", "lost+found", "_k=v"):
        (folder / name).mkdir()
        (folder / name / "1.jpg").write_bytes(photograph)
    os.mkfifo(folder / "pipe.jpg")
    exclude = ("--exclude", "lost+found", "--exclude", "*.bak")
    process = verger("run", *exclude, folder, tmp_path / "out", *FLAGS)
    told = (
        "2 files whose names begin with _ or ., 1 folder whose name begins with _ or ., 2 .heic "
        "and 1 .webp files, 2 excluded files or folders, 1 that is no regular file"
    )
    assert f"verger: Passed over: {told}.\n" in process.stderr
    assert f"  passed over  {told}\n" in process.stdout
    assert passed_over(tmp_path / "out") == {
        "by_reason": {
            "excluded": 2, "hidden": 2, "hidden-folder": 1, "other-kind": 3, "special": 1
        },
        "kinds": {".heic": 2, ".webp": 1},
    }  # fmt: skip
    assert len(rows(tmp_path / "out")) == 9  # _k=v is no hidden name to Spark
    report = json.loads(verger("report", tmp_path / "out", "--json").stdout)
    assert report["run"]["passed_over"] == passed_over(tmp_path / "out")
    verger("update", folder, tmp_path / "out", *FLAGS[:2])  # by the same --exclude


def test_a_folder_of_nothing_else_says_that(verger, photograph, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/_MG_1.JPG").write_bytes(photograph)
    arguments = ("run", tmp_path / "in", tmp_path / "out", *FLAGS)
    told = "can be taken; passed over: 1 file whose name begins with _ or .\n"
    assert told in verger(*arguments, exit_code=3).stderr
    assert told in verger(*arguments, "--pattern", "_MG_*.JPG", exit_code=3).stderr


def test_braces_stand_for_either(verger, folder, photograph, tmp_path):
    (folder / "x.png").write_bytes(photograph)
    verger("extract", folder, tmp_path / "out", *FLAGS, "--pattern", "*.{png,JPG}")
    assert len(rows(tmp_path / "out")) == 1


@pytest.mark.parametrize(
    "log", ["_delta_log/0.json", "_spark_metadata/0", "metadata/v1.metadata.json"]
)
def test_tables_that_have_a_log_are_refused(verger, result, tmp_path, log):
    table = shutil.copytree(result / "features", tmp_path / "t")
    images = tmp_path / "i"
    images.mkdir()
    pq.write_table(pa.table({"content": [b"x"]}), images / "part-0.parquet")
    for place in (table, images):
        (place / log).parent.mkdir()
        (place / log).write_text("{}")
    error = verger("extract", images, tmp_path / "out", *FLAGS, exit_code=3).stderr
    assert "whose log alone tells which of its files count" in error
    if not log.startswith("metadata"):
        error = verger("reduce", table, tmp_path / "out", exit_code=3).stderr
        assert "whose log alone tells which of its files count" in error


def test_labels_come_from_hive_folders_and_names_of_classes(verger, photograph, tmp_path):
    for label in ("Apple", "Pear%20red"):
        (tmp_path / f"hive/label={label}").mkdir(parents=True)
        part = tmp_path / f"hive/label={label}/part-0.parquet"
        pq.write_table(pa.table({"content": [photograph] * 2}), part)
    verger("extract", tmp_path / "hive", tmp_path / "out", *FLAGS)
    assert labels(tmp_path / "out") == {"Apple", "Pear red"}
    features = {"label": {"_type": "ClassLabel", "names": ["Fig", "Plum"]}}
    names = {"huggingface": json.dumps({"info": {"features": features}})}
    table = pa.table({"photo": [photograph] * 2, "label": [1, 0]}).replace_schema_metadata(names)
    pq.write_table(table, tmp_path / "named.parquet")
    verger("extract", tmp_path / "named.parquet", tmp_path / "named", *FLAGS)
    assert labels(tmp_path / "named") == {"Fig", "Plum"}


def test_tables_without_images_are_passed_over(verger, photograph, tmp_path):
    (tmp_path / "in").mkdir()
    pq.write_table(pa.table({"url": ["u"], "key": ["k"]}), tmp_path / "in/meta.parquet")
    error = verger("extract", tmp_path / "in", tmp_path / "out", *FLAGS, exit_code=3).stderr
    assert "meta.parquet: it has the columns 'url', 'key', and none of them is 'content'" in error
    assert "--image-column" in error
    two = pa.table({"photo": [photograph], "thumb": [b"x"]})
    pq.write_table(two, tmp_path / "in/photos.parquet")
    arguments = ("extract", tmp_path / "in", tmp_path / "out", *FLAGS, "--image-column", "photo")
    process = verger(*arguments)
    assert "Passed over: 2 tables without a column of images" not in process.stderr
    assert "Passed over: 1 table without a column of images" in process.stderr
    assert labels(tmp_path / "out") == {"in"}


def test_a_tar_that_is_cut_off_says_so(verger, orchard, tmp_path):
    with tarfile.open(tmp_path / "all.tar", "w") as tar:
        tar.add(orchard, "Test")
    with tarfile.open(tmp_path / "all.tar") as tar:
        sixth = [member for member in tar if member.name.endswith(".jpg")][5]
    whole = (tmp_path / "all.tar").read_bytes()
    (tmp_path / "cut.tar").write_bytes(whole[: sixth.offset])
    process = verger("extract", tmp_path / "cut.tar", tmp_path / "out", *FLAGS)
    assert "it ends without its mark, after 5 images" in process.stderr
    (tmp_path / "cut.tar").write_bytes(whole[: sixth.offset_data + 100])
    process = verger("extract", tmp_path / "cut.tar", tmp_path / "in", *FLAGS)
    assert "it ends within a member, after 6 images" in process.stderr
    assert [row["reason"] for row in rows(tmp_path / "in", "rejected")] == ["unreadable"]


def test_names_that_are_no_utf8_are_in_tables_that_all_can_read(
    verger, inspect, folder, photograph, tmp_path
):
    (folder / LATIN).mkdir()
    for name in ("c\udce9.jpg", "d\udce9.jpg"):
        (folder / LATIN / name).write_bytes(photograph)
    (folder / LATIN / "e\udce9.jpg").write_bytes(b"")
    output = tmp_path / "out"
    verger("run", folder, output, *FLAGS)
    assert "P\ufffdche" in labels(output)
    assert rows(output, "rejected")[0]["path"].endswith("/P\ufffdche/e\ufffd.jpg")
    assert len(rows(output, "pca")) == 10
    assert inspect(output)["ok"]
    # Its file is still found: nothing of it is new or changed.
    process = verger("update", folder, output, "--weights", UNTRAINED)
    assert "nothing to do" in process.stdout
    (folder / LATIN / "d\udce9.jpg").unlink()
    verger("update", folder, output, "--weights", UNTRAINED)
    assert len(rows(output)) == 9
    assert inspect(output)["ok"]


def test_inspect_finds_a_text_that_is_no_utf8(result, tmp_path, inspect):
    output = shutil.copytree(result, tmp_path / "copy")
    part = sorted((output / "features").glob("part-*"))[0]
    written = part.read_bytes().replace(b".jpg", b".jp\xe9")
    part.write_bytes(written)
    assert not inspect(output, exit_code=1)["ok"]  # The SHA-256 is wrong at least.


def test_readers_hidden_names_are_no_strays_and_the_way_on_is_told(result, inspect, tmp_path):
    output = shutil.copytree(result, tmp_path / "copy")
    for name in (".DS_Store", ".part-0.snappy.parquet.crc", "._SUCCESS.crc", "_committed_123"):
        (output / "features" / name).write_text("x")
    assert inspect(output)["ok"]
    (output / "features/x.parquet").write_text("x")
    inspection = inspect(output, exit_code=1)
    assert [check["name"] for check in inspection["checks"] if not check["ok"]] == ["strays"]
    (output / "features/x.parquet").unlink()
    record = json.loads((output / "_verger/run.json").read_text())
    (output / "_verger/run.json").write_text(json.dumps(record | {"state": "running"}))
    complete = next(c for c in inspect(output, exit_code=1)["checks"] if c["name"] == "complete")
    assert complete["detail"].endswith("go on with it by --resume")


def test_names_reach_a_terminal_escaped(verger, folder, photograph, tmp_path):
    odd = "Cherry\x1b]0;owned\x07\x1b[2J\nverger: error: forged."
    (folder / odd).mkdir()
    for name in ("1.jpg", "2.jpg"):
        (folder / odd / name).write_bytes(photograph)
    verger("run", folder, tmp_path / "out", *FLAGS)
    said = [
        verger("inspect", tmp_path / "out", "--rows", 100).stdout,
        verger("duplicates", tmp_path / "out").stdout,
        verger("similar", folder / odd / "1.jpg", "--in", tmp_path / "out", *FLAGS[:2]).stdout,
    ]
    (folder / odd / "bad.jpg").write_bytes(b"x")
    strict = verger("run", folder, tmp_path / "strict", *FLAGS, "--strict", exit_code=3)
    for text in (*said, strict.stderr):
        assert "\\x1b]0;owned\\x07\\x1b[2J\\nverger: error: forged." in text
        assert "\x1b" not in text
        assert "\nverger: error: forged" not in text


def test_what_is_no_regular_file_is_refused_and_not_waited_for(verger, folder, tmp_path):
    os.mkfifo(tmp_path / "pipe.tar")
    error = verger("extract", tmp_path / "pipe.tar", tmp_path / "out", *FLAGS, exit_code=3).stderr
    assert "pipe.tar: it is no regular file." in error
    (folder / "endless.jpg").symlink_to("/proc/self/pagemap")
    verger("extract", folder, tmp_path / "out", *FLAGS)
    assert [row["reason"] for row in rows(tmp_path / "out", "rejected")] == ["unreadable"]
    (tmp_path / "records/_verger").mkdir(parents=True)
    os.mkfifo(tmp_path / "records/_verger/run.json")
    assert "no regular file" in verger("inspect", tmp_path / "records", exit_code=3).stderr


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_credential_in_a_place_is_refused_unrepeated(verger, folder, tmp_path, log_format):
    secret = "topSECRETvalue"
    form = ("--log-format", log_format, "--metrics", tmp_path / "m.prom")
    for arguments in (
        ("run", f"s3://AKIAKEY:{secret}@bucket/Test", tmp_path / "out", *form),
        ("run", folder, f"s3://AKIAKEY:{secret}/x@bucket/Out", *form),
        (
            "run",
            folder,
            tmp_path / "out",
            "--weights",
            f"https://AKIAKEY:{secret}@host/w.h5",
            *form,
        ),
        ("inspect", f"s3://AKIAKEY:{secret}@bucket/Test"),
        (f"s3://AKIAKEY:{secret}@bucket/Test",),
    ):
        process = verger(*arguments, exit_code=2)
        assert "not repeated here" in process.stderr
        assert secret not in process.stderr + process.stdout
    assert not (tmp_path / "m.prom").exists()


def test_paths_that_a_small_table_repeats_are_bounded(verger, photograph, tmp_path):
    rows_ = 20_000
    paths = pa.DictionaryArray.from_arrays(pa.array([0] * rows_, pa.int32()), ["x" * 4000])
    images = pa.DictionaryArray.from_arrays(pa.array([0] * rows_, pa.int32()), [photograph])
    table = pa.table({"path": paths.cast(pa.string()), "content": images.cast(pa.binary())})
    pq.write_table(table, tmp_path / "bomb.parquet", compression="zstd")
    error = verger(
        "extract", tmp_path / "bomb.parquet", tmp_path / "out", *FLAGS, exit_code=3
    ).stderr
    assert "larger than it could hold" in error or "more rows than its bytes can hold" in error
