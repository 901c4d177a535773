# SPDX-License-Identifier: Apache-2.0
"""Packed inputs give what the same photographs give loose, and `verger pack` packs them."""

import hashlib
import io
import os
import shutil
import tarfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import UNTRAINED
from storage.results import content

FLAGS = ["--weights", UNTRAINED, "--parts", 5]


@pytest.fixture(scope="module")
def mixed(orchard, tmp_path_factory):
    """Photographs in folders and outside, below odd names, and some that are none."""
    folder = tmp_path_factory.mktemp("mixed") / "Test"
    shutil.copytree(orchard, folder)
    first = sorted(folder.rglob("*.jpg"))[0].read_bytes()
    odd = folder / ("Pomme d'été 1 %20+" + "x" * 90)
    odd.mkdir()
    (odd / "a b.jpg").write_bytes(first)
    (odd / "cut.jpg").write_bytes(first[:1500])
    (odd / "empty.jpg").write_bytes(b"")
    (folder / "root.jpg").write_bytes(first)
    return folder


@pytest.fixture(scope="module")
def loose(verger, mixed, tmp_path_factory):
    """The result of a run on the loose photographs."""
    output = tmp_path_factory.mktemp("loose") / "out"
    verger("run", mixed, output, *FLAGS)
    return output


def table(output, name):
    """A table's rows, in order."""
    parts = sorted((output / name).glob("part-*.parquet"))
    return pa.concat_tables([pq.read_table(part) for part in parts])


def bits(output):
    """What does not depend on paths: labels, features, components, reasons."""
    tables = content(output)
    kept = {name: tables[name] for name in tables if name not in ("features", "pca", "rejected")}
    for name in ("features", "pca", "rejected"):
        rows = table(output, name)
        dropped = {"path", "message"} & set(rows.column_names)
        kept[name] = rows.drop_columns(sorted(dropped)).to_pylist()
    return kept


def test_parquet_gives_the_same_rows_and_bits(verger, mixed, loose, tmp_path):
    verger("pack", mixed, tmp_path / "packed", "--pack-bytes", 60_000)
    assert len(list((tmp_path / "packed").glob("part-*.parquet"))) > 3
    verger("run", tmp_path / "packed", tmp_path / "out", *FLAGS)
    for name in ("features", "pca", "rejected"):
        assert table(tmp_path / "out", name).equals(table(loose, name))
    assert content(tmp_path / "out") == content(loose)
    verger("inspect", tmp_path / "out")


def test_tar_gives_the_same_labels_and_bits(verger, mixed, loose, tmp_path):
    verger("pack", mixed, tmp_path / "packed", "--format", "tar", "--pack-bytes", 60_000)
    verger("run", tmp_path / "packed", tmp_path / "out", *FLAGS)
    assert bits(tmp_path / "out") == bits(loose)
    path = table(tmp_path / "out", "features")["path"][0].as_py()
    assert path.startswith(f"file:{tmp_path}/packed/part-00000-")
    assert ".tar/Apple" in path


def test_other_programs_read_what_is_packed(verger, mixed, tmp_path):
    verger("pack", mixed, tmp_path / "parquet")
    verger("pack", mixed, tmp_path / "tar", "--format", "tar")
    photographs = {
        str(path.relative_to(mixed)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in mixed.rglob("*.jpg")
    }
    [part] = (tmp_path / "parquet").glob("*.parquet")
    rows = pq.read_table(part).to_pylist()
    hashes = {
        row["path"].removeprefix(f"file:{mixed}/"): hashlib.sha256(row["content"]).hexdigest()
        for row in rows
    }
    assert hashes == photographs
    assert all(row["length"] == len(row["content"]) for row in rows)
    assert rows[0]["modificationTime"].timestamp() == pytest.approx(
        Path(rows[0]["path"].removeprefix("file:")).stat().st_mtime, abs=1e-5
    )
    [part] = (tmp_path / "tar").glob("*.tar")
    with tarfile.open(part) as tar:
        members = {m.name: tar.extractfile(m).read() for m in tar if m.name.endswith(".jpg")}
    assert {n: hashlib.sha256(b).hexdigest() for n, b in members.items()} == photographs


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tars_of_other_programs_in_any_order_are_read(verger, mixed, loose, tmp_path, form):
    if form == tarfile.USTAR_FORMAT:
        mixed = shutil.copytree(mixed, tmp_path / "Test", ignore=lambda *_: ["root.jpg"])
    with tarfile.open(tmp_path / "all.tar", "w", format=form) as tar:
        for path in sorted(mixed.rglob("*.jpg"), key=lambda p: hashlib.md5(bytes(p)).digest()):
            tar.add(path, f"./{path.relative_to(mixed)}")
    verger("extract", tmp_path / "all.tar", tmp_path / "out", *FLAGS)
    ours = {
        "/".join(row["path"].split("/")[-2:]): row["features"]
        for row in table(tmp_path / "out", "features").to_pylist()
    }
    theirs = {
        "/".join(row["path"].split("/")[-2:]): row["features"]
        for row in table(loose, "features").to_pylist()
        if not row["path"].endswith("root.jpg")
    }
    assert {name: ours[name] for name in theirs} == theirs


def test_arrow_files_and_hugging_faces_tables_are_read(verger, mixed, loose, tmp_path):
    paths = sorted(mixed.rglob("*.jpg"), key=bytes)
    images = [{"bytes": path.read_bytes(), "path": path.name} for path in paths]
    rows = pa.table({"image": images, "kind": [path.parent.name for path in paths]})
    (tmp_path / "in").mkdir()
    with pa.ipc.new_file(tmp_path / "in" / "train.arrow", rows.schema) as writer:
        writer.write_table(rows, 10)
    pq.write_table(rows, tmp_path / "one.parquet", row_group_size=7)
    for name in ("in", "one.parquet"):
        verger("run", tmp_path / name, tmp_path / f"out-{name}", *FLAGS, "--label-column", "kind")
        assert bits(tmp_path / f"out-{name}") == bits(loose)


def test_webdatasets_labels_come_from_cls_or_the_ending_that_is_asked_for(
    verger, orchard, tmp_path
):
    first = sorted(orchard.rglob("*.jpg"))[0].read_bytes()
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        for i in range(4):
            for name, data in ((f"{i}.jpg", first), (f"{i}.cls", b"7"), (f"{i}.txt", b"a pear")):
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    verger("extract", tmp_path / "a.tar", tmp_path / "cls", *FLAGS)
    assert set(table(tmp_path / "cls", "features")["label"].to_pylist()) == {"7"}
    arguments = [tmp_path / "a.tar", tmp_path / "cls", *FLAGS]
    process = verger("extract", *arguments, "--label-column", "txt", "--resume")
    assert "Resumed: 0 of" in process.stderr  # other labels make other shards
    assert set(table(tmp_path / "cls", "features")["label"].to_pylist()) == {"a pear"}


def test_a_run_on_containers_is_resumed_and_a_changed_container_done_again(verger, mixed, tmp_path):
    verger("pack", mixed, tmp_path / "packed", "--pack-bytes", 60_000)
    arguments = ["extract", tmp_path / "packed", tmp_path / "out", *FLAGS, "--resume"]
    verger(*arguments)
    assert "Resumed: 5 of 5" in verger(*arguments).stderr
    os.utime(sorted((tmp_path / "packed").glob("part-*"))[0], (1, 1))
    assert "Resumed: 5 of 5" not in verger(*arguments).stderr


def test_loose_images_win_over_containers_beside_them(verger, orchard, mixed, tmp_path):
    folder = shutil.copytree(orchard, tmp_path / "Test")
    verger("pack", mixed, folder / "packed")
    process = verger("extract", folder, tmp_path / "out", *FLAGS)
    assert "Passed over: 1 .parquet, .arrow or .tar file beside the images" in process.stderr
    assert table(tmp_path / "out", "features").num_rows == 60


@pytest.mark.parametrize("name", ["x.parquet", "x.arrow", "x.tar"])
def test_a_damaged_container_is_one_sentence(verger, tmp_path, name):
    (tmp_path / name).write_bytes(b"no container at all" * 100)
    for place in (tmp_path, tmp_path / name):
        error = verger("run", place, tmp_path / "out", *FLAGS, exit_code=3).stderr
        assert f"error: Cannot read {tmp_path}/{name}: " in error
        assert error.strip().splitlines()[-1].endswith(".")
    assert not (tmp_path / "out" / "_SUCCESS").exists()


def test_a_bad_member_is_a_rejected_row(verger, orchard, tmp_path):
    verger("pack", orchard, tmp_path / "tar", "--format", "tar")
    [part] = (tmp_path / "tar").glob("*.tar")
    part.write_bytes(part.read_bytes()[:-3000])
    verger("extract", tmp_path / "tar", tmp_path / "out", *FLAGS)
    [row] = table(tmp_path / "out", "rejected").to_pylist()
    assert row["reason"] == "unreadable"
    assert "the tar ends before it does" in row["message"]


def test_pack_refuses_what_is_there_and_goes_on_when_asked(verger, orchard, tmp_path):
    arguments = ["pack", orchard, tmp_path / "packed", "--pack-bytes", 60_000]
    verger(*arguments)
    assert "--resume" in verger(*arguments, exit_code=3).stderr
    parts = sorted((tmp_path / "packed").glob("part-*"))
    parts[1].unlink()
    text = verger(*arguments, "--resume").stdout
    assert f"{len(parts)}, {len(parts) - 1} of them kept" in text
    assert sorted((tmp_path / "packed").glob("part-*")) == parts
    verger(*arguments, "--overwrite", "--format", "tar")
    assert not list((tmp_path / "packed").glob("*.parquet"))


def test_fast_decode_is_off_by_default_and_written_down(verger, orchard, inspect, tmp_path):
    del inspect
    verger("extract", orchard, tmp_path / "exact", *FLAGS)
    process = verger("extract", orchard, tmp_path / "fast", *FLAGS, "--fast-decode")
    assert "a fraction of their size: inexact" in process.stdout
    assert table(tmp_path / "exact", "features").equals(table(tmp_path / "fast", "features"))
    for name, value in (("exact", "false"), ("fast", "true")):
        record = (tmp_path / name / "_verger/run.json").read_text()
        assert f'"fast_decode": {value}' in record
    process = verger("extract", orchard, tmp_path / "exact", *FLAGS, "--fast-decode", "--resume")
    assert "Resumed: 0 of" in process.stderr
