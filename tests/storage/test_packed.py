# SPDX-License-Identifier: Apache-2.0
"""Containers on a real S3 server: the same rows as loose objects, by far fewer requests."""

import re
import shutil

import pytest
from conftest import UNTRAINED
from servers.fault_proxy import Faults, fault_proxy
from storage.results import content, rows

pytestmark = pytest.mark.heavy
FLAGS = ["--weights", UNTRAINED, "--parts", 6]


@pytest.fixture(scope="module")
def packed(s3, s3_verger, orchard):
    """A bucket with the orchard below Test/, and packed below Parquet/ and Tar/."""
    folder = s3.bucket("packed-data")
    shutil.copytree(orchard, folder / "Test")
    for form in ("parquet", "tar"):
        place = f"s3://packed-data/{form}"
        s3_verger("pack", "s3://packed-data/Test", place, "--format", form, "--pack-bytes", 150_000)
    return folder


def test_the_rows_and_bits_are_those_of_loose_objects(s3_verger, packed, tmp_path):
    s3_verger("run", "s3://packed-data/Test", tmp_path / "loose", *FLAGS)
    s3_verger("run", "s3://packed-data/parquet", tmp_path / "parquet", *FLAGS)
    assert content(tmp_path / "parquet") == content(tmp_path / "loose")
    s3_verger("run", packed / "tar", tmp_path / "disk", *FLAGS)
    s3_verger("run", "s3://packed-data/tar", tmp_path / "tar", *FLAGS)
    assert content(tmp_path / "tar") == content(tmp_path / "disk")


@pytest.mark.parametrize("form", ["parquet", "tar"])
def test_half_an_answer_is_never_taken_for_a_whole_one(s3, s3_verger, packed, tmp_path, form):
    s3_verger("run", packed / form, tmp_path / "disk", *FLAGS)
    faults = Faults(rates={"short": 0.3})
    with fault_proxy(s3.endpoint, faults) as proxy:
        environment = s3.environment(endpoint=proxy.endpoint)
        s3_verger(
            "run", f"s3://packed-data/{form}", tmp_path / "s3", *FLAGS, environment=environment
        )
    assert faults.done["short"] > 0
    assert content(tmp_path / "s3") == content(tmp_path / "disk")


def test_a_single_container_is_an_input(s3_verger, packed, tmp_path):
    name = sorted(path.name for path in (packed / "parquet").glob("part-*"))[0]
    s3_verger("extract", f"s3://packed-data/parquet/{name}", tmp_path / "out", *FLAGS)
    place = f"s3://packed-data/parquet/{name[:-8]}x.parquet"
    error = s3_verger("extract", place, tmp_path / "none", *FLAGS, exit_code=3).stderr
    assert place in error


def test_reads_take_a_fifth_of_the_requests_at_most(s3, s3_verger, packed, tmp_path):
    del packed
    counts = {}
    for name in ("Test", "parquet", "tar"):
        gets = []

        def count(method, target, gets=gets):
            if method in ("GET", "HEAD") and re.search(r"\.(jpg|parquet|tar)", target):
                gets.append(target)
            return False

        with fault_proxy(s3.endpoint, Faults(refuse=count)) as proxy:
            environment = s3.environment(endpoint=proxy.endpoint)
            s3_verger("extract", f"s3://packed-data/{name}", tmp_path / name, "--weights",
                      UNTRAINED, "--parts", 2, environment=environment)  # fmt: skip
        counts[name] = len(gets)
    assert counts["Test"] >= 60  # a read may be tried again
    assert 0 < counts["parquet"] <= 12
    assert 0 < counts["tar"] <= 12


@pytest.mark.parametrize("form", ["parquet", "tar"])
def test_faults_of_the_network_are_read_over(s3, s3_verger, packed, tmp_path, form):
    s3_verger("extract", packed / form, tmp_path / "disk", *FLAGS)
    faults = Faults(rates={"503": 0.2, "reset": 0.1, "truncate": 0.1}, seed=4)
    with fault_proxy(s3.endpoint, faults) as proxy:
        environment = s3.environment(endpoint=proxy.endpoint)
        s3_verger("extract", f"s3://packed-data/{form}", tmp_path / "out", *FLAGS,
                  environment=environment)  # fmt: skip
    assert faults.done
    assert rows(tmp_path / "out" / "features") == rows(tmp_path / "disk" / "features")
