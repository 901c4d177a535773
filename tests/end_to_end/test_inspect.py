# SPDX-License-Identifier: Apache-2.0
"""`verger inspect` finds whatever is wrong with a result."""

import shutil

import pytest


@pytest.fixture
def copy(result, tmp_path):
    return shutil.copytree(result, tmp_path / "copy")


def faults(inspect, output):
    inspection = inspect(output, exit_code=1)
    assert not inspection["ok"]
    return {check["name"]: check["detail"] for check in inspection["checks"] if not check["ok"]}


def first(folder):
    return sorted(folder.glob("part-*"))[0]


def test_a_sound_result_is_sound_wherever_it_lies(inspect, copy):
    inspection = inspect(copy)
    assert inspection["ok"]
    assert all(check["ok"] for check in inspection["checks"])
    names = [table["name"] for table in inspection["tables"]]
    assert names == ["features", "rejected", "pca"]


def test_what_the_notebook_checks_is_told(verger, inspect, result):
    inspection = inspect(result)
    assert inspection["head"][0]["path"].endswith(".jpg")
    assert len(inspection["head"]) == 5
    assert inspection["tables"][0]["columns"].keys() == {"path", "label", "features"}
    assert inspection["run"]["counts"]["features"] == 60
    assert inspection["run"]["width"] == 1280
    k = inspection["run"]["reduction"]["k"]
    assert len(inspection["explained_variance_ratio"]) == k
    text = verger("inspect", result).stdout
    for expected in ("(60, 1,280)", "dimension after PCA", "of the variance", "list<"):
        assert expected in text


def test_a_flipped_bit_is_found(inspect, copy):
    part = first(copy / "features")
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    assert part.name in faults(inspect, copy)["files"]


def test_a_short_part_is_found(inspect, copy):
    part = first(copy / "pca")
    part.write_bytes(part.read_bytes()[:-10])
    assert part.name in faults(inspect, copy)["files"]


def test_a_missing_part_is_found(inspect, copy):
    part = first(copy / "pca")
    part.unlink()
    assert part.name in faults(inspect, copy)["files"]


def test_a_doubled_part_is_found(inspect, copy):
    part = first(copy / "features")
    shutil.copy(part, part.with_name("part-99999-copy.parquet"))
    assert "part-99999" in faults(inspect, copy)["strays"]


def test_damage_to_what_is_familiar_is_found(inspect, copy):
    told = {check["name"]: check["detail"] for check in inspect(copy)["checks"]}
    assert told["familiarity"] == "60 rows tell what is familiar"
    kept = copy / "_verger" / "search" / "familiarity.json"
    kept.write_text(kept.read_text()[:-9])
    assert "familiarity.json" in faults(inspect, copy)["familiarity"]
    kept.unlink()
    assert "familiarity" not in {check["name"] for check in inspect(copy)["checks"]}


def test_a_missing_manifest_is_found(inspect, copy):
    (copy / "_verger" / "shards" / "00002.json").unlink()
    assert {"shards", "counts"} <= faults(inspect, copy).keys()


def test_a_lying_success_mark_is_found(inspect, copy):
    record = copy / "_verger" / "run.json"
    record.write_text(record.read_text().replace('"done"', '"running"'))
    assert "running" in faults(inspect, copy)["complete"]


def test_a_missing_success_mark_is_found(inspect, copy):
    (copy / "pca" / "_SUCCESS").unlink()
    assert "pca/_SUCCESS" in faults(inspect, copy)["complete"]


def test_counts_that_do_not_reconcile_are_found(inspect, copy):
    record = copy / "_verger" / "run.json"
    record.write_text(record.read_text().replace('"listed": 60', '"listed": 61'))
    assert "counts" in faults(inspect, copy)


def test_a_damaged_model_is_found(inspect, copy):
    array = copy / "model" / "components.npy"
    content = bytearray(array.read_bytes())
    content[-1] ^= 1
    array.write_bytes(content)
    assert {"files", "reduction"} <= faults(inspect, copy).keys()


def test_a_record_that_is_not_json_is_said_in_a_sentence(verger, copy):
    (copy / "_verger" / "run.json").write_text("{")
    process = verger("inspect", copy, exit_code=3)
    assert "run.json" in process.stderr
