# SPDX-License-Identifier: Apache-2.0
"""`verger sample`: an orchard whose pictures depend on its seed alone."""

import hashlib
from collections import Counter

import pytest
from PIL import Image


def pictures(folder):
    """The files of an orchard: relative name → hash of the bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_images_are_spread_over_the_classes(verger, tmp_path):
    verger("sample", tmp_path / "a", "--images", 26, "--classes", 6)
    count = Counter(path.parent.name for path in (tmp_path / "a").rglob("*.jpg"))
    assert sorted(count.values()) == [4, 4, 4, 4, 5, 5]
    assert "Apple Crimson" in count


def test_every_picture_is_a_small_jpeg_on_white(verger, tmp_path):
    verger("sample", tmp_path / "a", "--images", 48, "--classes", 48)
    paths = list((tmp_path / "a").rglob("*.jpg"))
    assert len(paths) == 48
    for path in paths:
        with Image.open(path) as image:
            assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (100, 100))
            assert min(image.getpixel((0, 0))) > 240
            assert min(low for low, _ in image.getextrema()) < 128


def test_the_same_seed_gives_the_same_bytes(verger, tmp_path):
    for folder, seed in [("a", 5), ("b", 5), ("c", 6)]:
        verger("sample", tmp_path / folder, "--images", 12, "--classes", 4, "--seed", seed)
    assert pictures(tmp_path / "a") == pictures(tmp_path / "b")
    assert pictures(tmp_path / "a").keys() == pictures(tmp_path / "c").keys()
    assert not set(pictures(tmp_path / "a").values()) & set(pictures(tmp_path / "c").values())


def test_a_larger_orchard_begins_as_the_smaller(verger, tmp_path):
    verger("sample", tmp_path / "few", "--images", 6, "--classes", 3)
    verger("sample", tmp_path / "many", "--images", 14, "--classes", 3)
    assert pictures(tmp_path / "few").items() <= pictures(tmp_path / "many").items()


def test_what_is_there_is_never_overwritten(verger, tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    process = verger("sample", tmp_path, exit_code=3)
    assert "not empty" in process.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (("--classes", "0"), "--classes"),
        (("--images", "3", "--classes", "4"), "--images"),
        (("--images", "many"), "many"),
        (("--seed", "-1"), "--seed"),
    ],
)
def test_impossible_numbers_are_usage_errors(verger, tmp_path, flags, named):
    process = verger("sample", tmp_path / "a", *flags, exit_code=2)
    assert named in process.stderr
    assert not (tmp_path / "a").exists()


def test_other_places_than_local_ones_are_refused(verger):
    process = verger("sample", "s3://bucket/orchard", exit_code=3)
    assert "local folder" in process.stderr
