"""What all drivers of a run agree on: options, shards, names, moments merged by a tree."""

import json
import os

import numpy as np
import pytest
from verger import _verger


def test_options_have_the_programs_names_and_defaults(result):
    recorded = json.loads((result / "_verger" / "run.json").read_text())["options"]
    given = {"parts": 4, "weights": "untrained:7", "threads": recorded["threads"]}
    options = _verger.run_options(given)
    assert {name: options[name] for name in recorded} == recorded
    assert options["weights"] == "untrained:7"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"variance": 0.0}, r"^variance must be in \(0, 1\], not 0\.0\.$"),
        ({"max_pixels": 0}, "^max_pixels must be at least 1, not 0"),
        ({"precision": "f16"}, "^precision must be f32, f32x3 or bf16, not 'f16'"),
        ({"parts": None}, "^parts cannot be None"),
        ({"recursive": "no"}, "^recursive cannot be 'no'"),
        ({"Parts": 3}, "^There is no option 'Parts'"),
    ],
)
def test_unusable_options_are_named(given, message):
    with pytest.raises(ValueError, match=message):
        _verger.run_options(given)


def test_shards_are_those_of_the_program(result):
    shards = [
        json.loads(path.read_text()) for path in sorted((result / "_verger/shards").glob("*.json"))
    ]
    expected = [(shard["shard"], shard["begin"], shard["end"]) for shard in shards]
    assert _verger.plan_shards(60, 4) == expected


def test_images_and_labels_are_told_by_their_names():
    assert _verger.is_image(b"a/b.JPG", b"")
    assert not _verger.is_image(b"a/.b.jpg", b"")
    assert _verger.is_image(b"caf\xe9.tif", b"caf*")
    assert _verger.label_of(b"file:/x/caf\xe9/b.jpg") == b"caf\xe9"
    assert _verger.label_of(b"s3://bucket/b.jpg") == b"bucket"


def test_a_tree_gives_the_bits_of_merging_at_once_in_any_order(shards):
    moments = []
    for rows in shards:
        moments.append(_verger.Moments(rows.shape[1]))
        moments[-1].add(rows)
    expected = _verger.merge_moments(moments).to_bytes()
    for order in ([0, 1, 2, 3], [3, 0, 2, 1]):
        tree = _verger.MomentsTree(shards[0].shape[1], len(shards))
        for shard in order:
            tree.add(shard, moments[shard])
        assert tree.finish().to_bytes() == expected


def test_a_tree_takes_each_shard_once():
    tree = _verger.MomentsTree(3, 2)
    rows = _verger.Moments(3)
    rows.add(np.eye(3, dtype=np.float32))
    tree.add(1, rows)
    for shard, moments in ((1, rows), (2, rows), (0, _verger.Moments(4))):
        with pytest.raises(ValueError, match=r"."):
            tree.add(shard, moments)
    with pytest.raises(ValueError, match=r"."):
        tree.finish()


def test_a_process_is_known_to_have_ended_or_not():
    self = _verger.this_process()
    assert self["pid"] == os.getpid()
    identity = (self["machine"], self["pid"], self["process_started"])
    assert not _verger.has_ended(*identity)
    assert _verger.has_ended(self["machine"], self["pid"], self["process_started"] + 1)
    assert not _verger.has_ended("another machine", self["pid"], 1)
