# SPDX-License-Identifier: Apache-2.0
"""An S3 Inventory as INPUT gives what the listing of its bucket gives."""

import csv
import gzip
import hashlib
import io
import json
import shutil
from datetime import UTC, datetime
from urllib.parse import quote_plus

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import UNTRAINED
from pyarrow import orc
from servers.s3proxy import upload
from storage.results import content

pytestmark = pytest.mark.heavy
PARTS = ["--weights", UNTRAINED, "--parts", "4"]
MANIFEST = "inventory/listed-bucket/all/2026-11-01T01-00Z/manifest.json"
CREATED = datetime(2026, 11, 1, 1, tzinfo=UTC)


def rows_of(bucket):
    """The rows of an inventory of a bucket's folder, with versions of the past among them."""
    rows = []
    for path in sorted(bucket.rglob("*")):
        key = path.relative_to(bucket).as_posix()
        if path.is_dir() or not key.startswith("Photographs/"):
            continue
        stat = path.stat()
        time = datetime.fromtimestamp(int(stat.st_mtime), UTC)
        rows.append((key, True, False, stat.st_size, time))
        rows.append((key, False, False, 17, CREATED))  # an older version
    rows.append(("Photographs/Apple/deleted.jpg", True, True, None, CREATED))
    return rows


NAMES = ["key", "is_latest", "is_delete_marker", "size", "last_modified_date"]
HEADS = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag"


def as_csv(rows):
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    for key, latest, deleted, size, time in rows:
        when = time.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        flags = [str(latest).lower(), str(deleted).lower()]
        writer.writerow(["listed-bucket", quote_plus(key, safe="/"), "v1", *flags,
                         "" if size is None else size, when, "e"])  # fmt: skip
    return gzip.compress(text.getvalue().encode())


def as_table(rows, time):
    types = [pa.string(), pa.bool_(), pa.bool_(), pa.int64(), time]
    columns = [
        pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), types, strict=True)
    ]
    table = pa.table(dict(zip(NAMES, columns, strict=True)))
    return table.add_column(0, "bucket", pa.array(["listed-bucket"] * len(rows)))


def as_parquet(rows):
    sink = pa.BufferOutputStream()
    pq.write_table(as_table(rows, pa.timestamp("ms", "UTC")), sink)
    return sink.getvalue().to_pybytes()


def as_orc(rows):
    sink = pa.BufferOutputStream()
    orc.write_table(as_table(rows, pa.timestamp("ns")), sink)
    return sink.getvalue().to_pybytes()


WRITERS = {"CSV": as_csv, "Parquet": as_parquet, "ORC": as_orc}


def put_inventory(s3, tmp_path, rows, form, **changes):
    """Put an inventory of two files to s3://inventories; return its manifest's place."""
    if not (s3.data / "inventories").exists():
        s3.bucket("inventories")
    folder = tmp_path / "inventory"
    files = []
    for number, part in enumerate((rows[::2], rows[1::2])):
        data = WRITERS[form](part)
        key = f"inventory/listed-bucket/all/data/{form}-{number}.{form.lower()}"
        target = folder / key
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        files.append({"key": key, "size": len(data),
                      "MD5checksum": hashlib.md5(data).hexdigest()})  # fmt: skip
    manifest = {
        "sourceBucket": "listed-bucket",
        "destinationBucket": "arn:aws:s3:::inventories",
        "version": "2016-11-30",
        "creationTimestamp": str(int(CREATED.timestamp() * 1000)),
        "fileFormat": form,
        "fileSchema": HEADS if form == "CSV" else "message s3.inventory { … }",
        "files": files,
    } | changes
    (folder / MANIFEST).parent.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).write_text(json.dumps(manifest))
    upload(s3, folder, "inventories")
    return f"s3://inventories/{MANIFEST}"


@pytest.fixture
def bucket(s3, orchard):
    """A bucket with the orchard below Photographs/, and a name that URLs encode."""
    folder = s3.data / "listed-bucket"
    if folder.exists():
        shutil.rmtree(folder)
    s3.bucket("listed-bucket")
    shutil.copytree(orchard, folder / "Photographs")
    first = sorted((folder / "Photographs").rglob("*.jpg"))[0]
    odd = folder / "Photographs" / "Pomme d'été 1+"
    odd.mkdir()
    shutil.copy(first, odd / "a b.jpg")
    return folder


@pytest.fixture
def inventory_of(s3, tmp_path, bucket):
    """Put an inventory of the bucket in a form; returns its manifest's place."""

    def put(form, **changes):
        return put_inventory(s3, tmp_path, rows_of(bucket), form, **changes)

    return put


@pytest.mark.parametrize("form", WRITERS)
def test_it_gives_the_bits_of_the_listing(s3_verger, inventory_of, tmp_path, form):
    manifest = inventory_of(form)
    said = s3_verger("run", manifest, tmp_path / "out", *PARTS).stderr
    assert "the inventory of 2026-11-01" in said
    s3_verger("run", "s3://listed-bucket", tmp_path / "listed", *PARTS)
    assert content(tmp_path / "out") == content(tmp_path / "listed")
    records = [json.loads((tmp_path / out / "_verger/run.json").read_text())
               for out in ("out", "listed")]  # fmt: skip
    assert records[0]["input"] == records[1]["input"] == "s3://listed-bucket"
    # Both tell the same of an object: an update by the listing finds nothing to do.
    said = s3_verger("update", "s3://listed-bucket", tmp_path / "out", *PARTS[:2]).stderr
    assert "nothing" in said.lower(), said


def test_what_is_gone_or_changed_since_is_rejected(s3_verger, bucket, inventory_of, tmp_path):
    manifest = inventory_of("CSV")
    gone, changed = sorted((bucket / "Photographs").rglob("*.jpg"))[:2]
    gone.unlink()
    changed.write_bytes(b"other")
    s3_verger("extract", manifest, tmp_path / "out", *PARTS)
    rejected = pq.read_table(tmp_path / "out" / "rejected").to_pylist()
    by_name = {row["path"].rsplit("/", 1)[1]: row for row in rejected}
    assert set(by_name) == {gone.name, changed.name}
    for row in by_name.values():
        assert row["reason"] == "unreadable"
        assert "inventory that lists it is of 2026-11-01" in row["message"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"fileSchema": HEADS.replace("Size", "Bytes")},
            "must have the fields Size and LastModifiedDate",
        ),
        ({"files": [{"key": "inventory/nowhere.csv.gz", "size": 9}]}, "nowhere.csv.gz"),
        ({"fileFormat": "XML"}, "CSV, ORC or Parquet"),
        ({"sourceBucket": None}, "as the manifest of an S3 Inventory"),
    ],
    ids=["fields", "file", "format", "bucket"],
)
def test_one_that_cannot_be_read_ends_the_run(s3_verger, inventory_of, tmp_path, changes, said):
    manifest = inventory_of("CSV", **changes)
    error = s3_verger("extract", manifest, tmp_path / "out", *PARTS, exit_code=3).stderr
    assert said in error
    assert not (tmp_path / "out" / "features").exists()
