# SPDX-License-Identifier: Apache-2.0
"""Bad images are rows: listed = features + rejected, and each rejection says why."""

import io
import random
import shutil

import pytest
from conftest import UNTRAINED
from end_to_end.tables import read_table
from PIL import Image


def encoded(mode="RGB", size=(9, 7), image_format="PNG"):
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, image_format)
    return buffer.getvalue()


def bad_files(good):
    """{name: (bytes, the reason it must be rejected for)}."""
    return {
        "empty.jpg": (b"", "empty"),
        "text.jpg": (b"This is not a photograph, it is a sentence.", "not-an-image"),
        "half.jpg": (good[: len(good) // 2], "truncated"),
        "gif.jpg": (encoded("P", image_format="GIF"), "unsupported-format"),
        "bmp.png": (encoded(image_format="BMP"), "unsupported-format"),
        "large.png": (encoded(size=(400, 300)), "too-large"),
    }


@pytest.fixture
def mixture(orchard, tmp_path):
    """Ten good photographs, an odd but good one, and bad files; {path: expected reason}."""
    folder = tmp_path / "Test" / "Mixture"
    folder.mkdir(parents=True)
    names = sorted(orchard.rglob("*.jpg"))[:10]
    for number, name in enumerate(names):
        shutil.copy(name, folder / f"{number}.jpg")
    (folder / "grey.png").write_bytes(encoded("L"))
    expected = {}
    for name, (content, reason) in bad_files(names[0].read_bytes()).items():
        (folder / name).write_bytes(content)
        expected[f"file:{folder / name}"] = reason
    return folder.parent, expected


def test_each_bad_file_is_one_row_with_its_reason(verger, mixture, tmp_path, inspect):
    folder, expected = mixture
    out = tmp_path / "out"
    flags = ("--weights", UNTRAINED, "--max-pixels", 100_000)
    process = verger("run", folder, out, *flags)
    rejected = read_table(out / "rejected")
    rows = rejected.to_pylist()
    assert {row["path"]: row["reason"] for row in rows} == expected
    assert all(row["label"] == "Mixture" and row["message"] for row in rows)
    by_name = {row["path"].rsplit("/", 1)[1]: row for row in rows}
    assert "GIF" in by_name["gif.jpg"]["message"]
    assert by_name["text.jpg"]["length"] == 43
    assert read_table(out / "features").num_rows == 11
    assert f"{len(expected)} rejected" in process.stdout
    assert inspect(out)["ok"]


def test_any_mixture_reconciles(verger, orchard, tmp_path, inspect):
    generator = random.Random(5)
    good = [name.read_bytes() for name in sorted(orchard.rglob("*.jpg"))[:6]]
    for trial in range(6):
        folder = tmp_path / f"Test{trial}" / "A"
        folder.mkdir(parents=True)
        files = generator.randrange(1, 40)
        for number in range(files):
            content = generator.choice(good)
            if generator.random() < 0.4:
                content = content[: generator.randrange(len(content))]
            (folder / f"{number}.jpg").write_bytes(content)
        out = tmp_path / f"out{trial}"
        parts = generator.randrange(1, 9)
        verger("extract", folder.parent, out, "--weights", UNTRAINED, "--parts", parts)
        counts = inspect(out)["run"]["counts"]
        assert counts["listed"] == files
        features = read_table(out / "features")
        rejected = read_table(out / "rejected")
        assert features.num_rows == counts["features"]
        assert rejected.num_rows == counts["rejected"]
        paths = features["path"].to_pylist() + rejected["path"].to_pylist()
        assert len(set(paths)) == len(paths) == files


def test_an_unreadable_file_is_a_rejection(verger, orchard, tmp_path):
    folder = tmp_path / "Test" / "A"
    folder.mkdir(parents=True)
    for name in sorted(orchard.rglob("*.jpg"))[:3]:
        shutil.copy(name, folder)
    # Listed as a file of 4 KiB, but reading it fails, whoever asks.
    (folder / "unreadable.jpg").symlink_to("/sys/bus/cpu/drivers_probe")
    verger("run", folder.parent, tmp_path / "out", "--weights", UNTRAINED)
    rows = read_table(tmp_path / "out" / "rejected").to_pylist()
    assert [(row["reason"], row["length"]) for row in rows] == [("unreadable", -1)]


def test_strict_stops_at_the_first(verger, mixture, tmp_path):
    folder, _ = mixture
    out = tmp_path / "out"
    process = verger("run", folder, out, "--weights", UNTRAINED, "--strict", exit_code=3)
    assert "rejected" in process.stderr
    assert "--strict" in process.stderr
    assert not list(out.rglob("_SUCCESS"))


def test_nothing_but_bad_images_cannot_be_reduced(verger, tmp_path):
    folder = tmp_path / "Test" / "A"
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(b"")
    out = tmp_path / "out"
    process = verger("run", folder.parent, out, "--weights", UNTRAINED, exit_code=3)
    assert "at least 2 images" in process.stderr
    assert not list(out.rglob("_SUCCESS"))
    assert read_table(out / "rejected").num_rows == 1
