# SPDX-License-Identifier: Apache-2.0
"""What the tests of updates by Spark share."""

import pytest
from end_to_end.updates import Updated
from spark.job_support import manifests, reduction
from storage.results import content

# Spark and the program tell these of run.json alike.
SAME = ("counts", "model", "shards", "width", "reduction", "state", "command", "input", "update")


@pytest.fixture
def updated(verger, orchard, tmp_path):
    """Thirty photographs, and their result by the program."""
    return Updated(verger, orchard, tmp_path)


@pytest.fixture(scope="session")
def by_spark(jobs):
    """Update by verger.spark.update; the record."""

    def start(updated, output=None, **options):
        return jobs("update", updated.input, output or updated.output, **options).record

    return start


def disturb(updated):
    """Change, remove, spoil and add photographs, all at once."""
    images = updated.images()
    updated.change(images[4])
    updated.change(images[17])
    updated.change(images[18], images[18].read_bytes()[:300])
    images[5].unlink()
    images[29].unlink()
    updated.add(5)
    updated.place(b"no image at all")


def assert_same(updated, other, layout="tables"):
    """Two outputs are the same to the byte, but for names with UUIDs."""
    assert content(updated.output, layout) == content(other, layout)
    assert manifests(updated.output) == manifests(other)
    assert reduction(updated.output) == reduction(other)
    names = [
        [
            p.name[:5]
            for folder in ("inputs", "moments")
            for p in sorted((o / "_verger" / folder).glob("0*"))
        ]
        for o in (updated.output, other)
    ]
    assert names[0] == names[1]
