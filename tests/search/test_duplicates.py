# SPDX-License-Identifier: Apache-2.0
"""`verger duplicates` finds copies that were saved again or resized, and hardly anything else."""

import io
import json
import random
import shutil

import pytest
from conftest import UNTRAINED
from PIL import Image

# Untrained features mean nothing, so every pair of the little orchard is looked at.
ALL_PAIRS = ("--similarity", "-1")
FILTERS = [Image.Resampling.BICUBIC, Image.Resampling.LANCZOS, Image.Resampling.BILINEAR]


def saved_again(picture, quality):
    buffer = io.BytesIO()
    Image.open(picture).convert("RGB").save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def resized(picture, share, resampling, quality=90):
    image = Image.open(picture).convert("RGB")
    size = (round(image.width * share), round(image.height * share))
    buffer = io.BytesIO()
    image.resize(size, resampling).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def planted(verger, tmp_path_factory):
    """A result of an orchard with three copies in it, and the names of the originals."""
    folder = tmp_path_factory.mktemp("planted")
    verger("sample", folder / "Test", "--images", 40, "--classes", 4, "--seed", 5)
    pictures = sorted((folder / "Test").rglob("*.jpg"))
    again, small, elsewhere = pictures[0], pictures[15], pictures[30]
    (again.parent / "again.jpg").write_bytes(saved_again(again, 70))
    (small.parent / "small.jpg").write_bytes(resized(small, 0.6, FILTERS[0]))
    shutil.copy(elsewhere, pictures[0].parent / "elsewhere.jpg")
    verger("run", folder / "Test", folder / "Results", "--weights", UNTRAINED, "--parts", 3)
    return folder, {"again": again, "small": small, "elsewhere": elsewhere}


@pytest.fixture
def duplicates(verger):
    """A function from an output to what `verger duplicates --json` says of it."""

    def run(output, *options, timeout=120):
        return json.loads(verger("duplicates", output, "--json", *options, timeout=timeout).stdout)

    return run


def names(group):
    return {image["path"].rsplit("/", 1)[1] for image in group["images"]}


def test_copies_are_found_and_nothing_else(duplicates, planted):
    folder, originals = planted
    document = duplicates(folder / "Results", *ALL_PAIRS)
    expected = [{f"{copy}.jpg", picture.name} for copy, picture in originals.items()]
    assert sorted(map(sorted, map(names, document["groups"]))) == sorted(map(sorted, expected))
    assert all(group["confirmed"] for group in document["groups"])
    assert document["unread"] == 0


def test_the_largest_represents_a_group_and_labels_that_differ_are_told(duplicates, planted):
    folder, originals = planted
    by_names = {
        frozenset(names(group)): group
        for group in duplicates(folder / "Results", *ALL_PAIRS)["groups"]
    }
    small = by_names[frozenset({"small.jpg", originals["small"].name})]
    assert small["representative"] == f"file:{originals['small']}"
    assert not small["label_conflict"]
    elsewhere = by_names[frozenset({"elsewhere.jpg", originals["elsewhere"].name})]
    assert elsewhere["label_conflict"]


def test_threads_do_not_change_the_answer(duplicates, planted):
    output = planted[0] / "Results"
    one = duplicates(output, *ALL_PAIRS, "--threads", 1)
    assert one == duplicates(output, *ALL_PAIRS, "--threads", 3)


def test_people_get_groups_and_a_summary(verger, planted):
    text = verger("duplicates", planted[0] / "Results", *ALL_PAIRS).stdout
    assert "LABELS DIFFER" in text
    assert "3 of 43 photographs are copies of another, in 3 groups; in 1 the labels differ" in text


def test_without_the_photographs_only_copies_without_loss_are_found(duplicates, verger, planted):
    folder, originals = planted
    blind = duplicates(folder / "Results", "--no-pixels")
    assert [names(group) for group in blind["groups"]] == [
        {"elsewhere.jpg", originals["elsewhere"].name}
    ]
    assert not blind["groups"][0]["confirmed"]
    moved = (folder / "Test").rename(folder / "Moved")
    try:
        process = verger("duplicates", folder / "Results", "--json")
        gone = json.loads(process.stdout)
        assert gone["groups"] == blind["groups"]
        assert gone["unread"] > 0
        assert "could not be read again" in process.stderr
    finally:
        moved.rename(folder / "Test")


def test_a_tolerance_out_of_range_is_a_usage_error(verger, planted):
    process = verger("duplicates", planted[0] / "Results", "--tolerance", 2, exit_code=2)
    assert "--tolerance" in process.stderr


@pytest.mark.heavy
@pytest.mark.timeout(1200)
def test_planted_copies_of_photographs_are_found(
    verger, duplicates, photographs, real_weights, tmp_path
):
    """Three hundred copies among photographs of fruits that turn, whose frames are much alike."""
    pictures = sorted(photographs.rglob("*.jpg"))
    chosen = random.Random(17)
    copies = {}
    for number, picture in enumerate(chosen.sample(pictures, 300)):
        if number % 2:
            content = saved_again(picture, chosen.choice([60, 70, 80, 90, 95]))
        else:
            share = chosen.choice([0.5, 0.64, 0.75, 0.9, 1.5, 2])
            content = resized(picture, share, chosen.choice(FILTERS))
        copy = tmp_path / "Test" / picture.parent.name / f"copy-{number}.jpg"
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
        copies[copy.relative_to(tmp_path / "Test")] = picture.relative_to(photographs)
    for picture in pictures:
        place = tmp_path / "Test" / picture.relative_to(photographs)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(picture)
    output = tmp_path / "Results"
    verger("run", tmp_path / "Test", output, "--weights", real_weights, timeout=900)
    root = f"file:{tmp_path}/Test/"
    pairs = {
        frozenset({pair["first"].removeprefix(root), pair["second"].removeprefix(root)})
        for pair in duplicates(output, timeout=900)["pairs"]
    }
    expected = {frozenset({str(copy), str(original)}) for copy, original in copies.items()}
    false = pairs - expected
    print(f"{len(pairs & expected)} of {len(expected)} copies found, {len(false)} false pairs")
    assert len(pairs & expected) >= 0.99 * len(expected)
    assert len(false) <= 0.01 * len(pairs)
