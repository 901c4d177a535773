# SPDX-License-Identifier: Apache-2.0
"""Batches go in and out by the Arrow PyCapsule interface."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import verger
from arrays import same_bits
from conftest import UNTRAINED

SCHEMA = pa.schema(
    {
        "features": pa.list_(pa.field("item", pa.float32(), nullable=False)),
        "reason": pa.string(),
        "message": pa.string(),
    }
)
BINARIES = [pa.binary(), pa.large_binary(), pa.binary_view()]


@pytest.fixture(scope="module")
def files(paths):
    """The bytes of ten photographs."""
    return [path.read_bytes() for path in paths[:10]]


def rows_of(batch):
    """The features of a record batch: None where they are null."""
    lists = batch.column("features").to_pylist()
    return [None if row is None else np.array(row, dtype=np.float32) for row in lists]


def check(batch, expected):
    """Compare with features by row, None where the row must be rejected."""
    batch.validate(full=True)
    assert batch.schema == SCHEMA
    assert batch.num_rows == len(expected)
    reasons = batch.column("reason").to_pylist()
    messages = batch.column("message").to_pylist()
    for row, want, reason, message in zip(rows_of(batch), expected, reasons, messages, strict=True):
        assert (want is None) == (row is None) == (reason is not None) == (message is not None)
        assert want is None or same_bits(row, want)


@pytest.mark.parametrize("kind", BINARIES, ids=str)
def test_arrays_of_every_binary_type(featurizer, files, features, kind):
    batch = featurizer.featurize(pa.array(files, kind))
    check(pa.record_batch(batch), list(features[:10]))
    assert len(batch) == 10
    assert same_bits(batch.features, features[:10])


@pytest.mark.heavy
def test_another_version_of_pyarrow_gets_the_same(paths, features, tmp_path):
    """As on the nodes of a cluster, which have their own."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv/bin/python"
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "pyarrow==18.1.0", f"numpy=={np.__version__}"], check=True)
    script = """
import sys
import numpy as np, pyarrow as pa, verger
from verger._places import open_place
assert pa.__version__ == "18.1.0"
open_place("s3://bucket/key", {"s3_anonymous": True})
files = pa.array([open(path, "rb").read() for path in sys.argv[3:]], pa.large_binary())
batch = pa.record_batch(verger.Featurizer(sys.argv[2]).featurize(files))
np.save(sys.argv[1], np.array(batch.column("features").to_pylist(), dtype=np.float32))
"""
    path = {"PYTHONPATH": str(Path(verger.__file__).parents[1]), "PYTHONWARNINGS": "ignore"}
    command = [python, "-c", script, tmp_path / "features.npy", UNTRAINED, *paths[:10]]
    subprocess.run(command, env=os.environ | path, check=True)
    assert same_bits(np.load(tmp_path / "features.npy"), features[:10])


@pytest.mark.parametrize("kind", BINARIES, ids=str)
def test_nulls_and_bad_images_are_rows_with_a_reason(featurizer, files, features, kind):
    array = pa.array([None, files[0], b"", files[1], b"short", files[2][:900], None], kind)
    batch = featurizer.featurize(array)
    record = pa.record_batch(batch)
    check(record, [None, features[0], None, features[1], None, None, None])
    reasons = ["unreadable", None, "empty", None, "not-an-image", "truncated", "unreadable"]
    assert record.column("reason").to_pylist() == reasons
    assert [(row, reason) for row, reason, _ in batch.rejections] == [
        (row, reason) for row, reason in enumerate(reasons) if reason
    ]
    assert same_bits(batch.features, features[:2])


@pytest.mark.parametrize("kind", BINARIES, ids=str)
def test_sliced_arrays(featurizer, files, features, kind):
    array = pa.array([None, files[0], None, *files[1:6], None], kind)
    expected = [None, features[0], None, *features[1:6], None]
    for begin, length in [(1, 3), (2, 7), (3, 2), (8, 1), (9, 0)]:
        record = pa.record_batch(featurizer.featurize(array.slice(begin, length)))
        check(record, expected[begin : begin + length])


def test_a_column_of_a_record_batch(featurizer, files, features):
    batch = pa.record_batch({"path": [str(i) for i in range(4)], "content": files[:4]})
    check(pa.record_batch(featurizer.featurize(batch)), list(features[:4]))
    check(pa.record_batch(featurizer.featurize(batch.slice(1, 2))), list(features[1:3]))
    renamed = batch.rename_columns(["path", "image"])
    check(pa.record_batch(featurizer.featurize(renamed, column="image")), list(features[:4]))


def test_a_sliced_struct_with_nulls_of_its_own(featurizer, files, features):
    content = pa.array(files[:5])
    structs = pa.StructArray.from_arrays(
        [content], names=["content"], mask=pa.array([False, True, False, False, True])
    ).slice(1, 4)
    expected = [None, features[2], features[3], None]
    check(pa.record_batch(featurizer.featurize(structs)), expected)


def test_chunked_arrays_tables_and_readers_are_streams(featurizer, files, features):
    chunks = pa.chunked_array([files[:2], [], [None, *files[2:5]], files[5:6]], pa.binary())
    expected = [*features[:2], None, *features[2:6]]
    table = pa.table({"content": chunks})
    for images in (chunks, table, table.to_reader()):
        reader = pa.RecordBatchReader.from_stream(featurizer.featurize(images))
        assert reader.schema == SCHEMA
        batches = list(reader)
        assert [b.num_rows for b in batches if b.num_rows] == [2, 4, 1]
        record = pa.Table.from_batches(batches).combine_chunks().to_batches()[0]
        check(record, expected)


def test_a_stream_is_computed_as_it_is_read_and_once(featurizer, files):
    taken = []

    def batches():
        for number, file in enumerate(files):
            taken.append(number)
            yield pa.record_batch({"content": [file]})

    images = pa.RecordBatchReader.from_batches(pa.schema([("content", pa.binary())]), batches())
    stream = featurizer.featurize(images)
    assert taken == []
    reader = pa.RecordBatchReader.from_stream(stream)
    reader.read_next_batch()
    assert len(taken) < len(files)
    with pytest.raises(ValueError, match="consumed before"):
        pa.RecordBatchReader.from_stream(stream)
    assert len(list(reader)) == len(files) - 1


def test_a_stream_that_fails_says_why(featurizer, files):
    def batches():
        yield pa.record_batch({"content": files[:1]})
        raise OSError("the disk is gone")

    images = pa.RecordBatchReader.from_batches(pa.schema([("content", pa.binary())]), batches())
    reader = pa.RecordBatchReader.from_stream(featurizer.featurize(images))
    assert reader.read_next_batch().num_rows == 1
    with pytest.raises(Exception, match="the disk is gone"):
        reader.read_next_batch()


@pytest.mark.parametrize("kind", BINARIES, ids=str)
def test_no_rows(featurizer, kind):
    check(pa.record_batch(featurizer.featurize(pa.array([], kind))), [])
    empty = pa.record_batch({"content": pa.array([], kind)})
    check(pa.record_batch(featurizer.featurize(empty)), [])
    nothing = pa.table({"content": pa.chunked_array([], kind)})
    assert pa.RecordBatchReader.from_stream(featurizer.featurize(nothing)).read_all().num_rows == 0


def test_the_batch_outlives_what_it_came_from(featurizer, files, features):
    batch = featurizer.featurize(files[:2])
    rows, record = batch.features, pa.record_batch(batch)
    again = pa.record_batch(batch)
    del batch
    check(record, list(features[:2]))
    del record
    check(again, list(features[:2]))
    assert same_bits(rows, features[:2])
    assert not rows.flags.writeable


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (pa.array(["a"]), "must be binary, large binary or binary view, not of Arrow's format 'u'"),
        (pa.array([b"a"]).dictionary_encode(), "must be binary"),
        (pa.record_batch({"path": ["a"]}), "no column 'content'; there are: path"),
        (pa.record_batch({"content": [1]}), "The column 'content' must be binary"),
        (pa.table({"content": ["a"]}), "The column 'content' must be binary"),
    ],
    ids=["string", "dictionary", "no column", "number", "stream"],
)
def test_another_type_or_no_such_column_is_refused(featurizer, images, message):
    with pytest.raises(ValueError, match=message):
        featurizer.featurize(images)


def test_what_is_not_arrow_is_refused(featurizer):
    with pytest.raises(TypeError, match="must be Arrow data"):
        featurizer._network().featurize_arrow([b""])


def test_capsules_are_released_when_nobody_takes_them(featurizer, files):
    batch = featurizer.featurize(files[:1])
    for _ in range(3):
        schema, array = batch.__arrow_c_array__()
        del schema, array
    assert pa.record_batch(batch).num_rows == 1
    featurizer.featurize(pa.chunked_array([files[:1]])).__arrow_c_stream__()
