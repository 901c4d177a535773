# SPDX-License-Identifier: Apache-2.0
"""What the first versions left is inspected, resumed and updated as what this one leaves."""

import json
import shutil

import pytest
from conftest import UNTRAINED
from end_to_end.updates import Updated
from fault.kills import killed_at
from storage.results import content

PARTS = ["--weights", UNTRAINED, "--parts", 4]
LATER = ["uuids", "passed_over"]  # fields of run.json
LATER_OPTIONS = ["exclude", "image_column", "s3_requester_pays"]


def age(output):
    """Take from the record of a result what the first versions did not write."""
    path = output / "_verger" / "run.json"
    record = json.loads(path.read_text())
    for name in LATER:
        del record[name]
    for name in LATER_OPTIONS:
        del record["options"][name]
    path.write_text(json.dumps(record))


@pytest.fixture
def old(result, tmp_path):
    """A finished result of the first versions."""
    output = shutil.copytree(result, tmp_path / "old")
    age(output)
    return output


def test_inspected(inspect, old):
    inspection = inspect(old)
    assert all(check["ok"] for check in inspection["checks"])


def test_resumed(verger, deadly, orchard, result, tmp_path):
    output = tmp_path / "out"
    command = ["run", str(orchard), str(output), *map(str, PARTS)]
    assert killed_at(deadly, "shard-committed:2", command)
    age(output)
    said = verger(*command, "--resume").stderr
    assert "Resumed: 2 of 4 shards" in said
    assert content(output) == content(result)


def test_brought_up_to_date(verger, orchard, tmp_path):
    updated = Updated(verger, orchard, tmp_path)
    age(updated.output)
    updated.add(3)
    updated.change(updated.images()[5])
    record = updated.update()["update"]
    assert (record["added"], record["changed"], record["inferred"]) == (3, 1, 4)
    updated.check()


def test_another_format_is_refused_in_a_sentence(verger, old):
    path = old / "_verger" / "run.json"
    path.write_text(path.read_text().replace('"version": 1', '"version": 2'))
    for command in (["inspect", old], ["report", old]):
        said = verger(*command, exit_code=3).stderr
        assert "is not a verger-run file of version 1" in said
