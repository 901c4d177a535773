# SPDX-License-Identifier: Apache-2.0
"""The whole chain from and to a real S3 server gives what it gives on the disk."""

import json
import shutil

import pytest
from conftest import UNTRAINED
from servers.fault_proxy import Faults, fault_proxy
from servers.s3proxy import SECRET_KEY
from storage.results import content, findings, leftovers

pytestmark = pytest.mark.heavy
PARTS = ["--weights", UNTRAINED, "--parts", "6"]


@pytest.fixture(scope="module")
def bucket(s3, orchard):
    """A bucket with the orchard below Test/, and keys with spaces and letters beyond ASCII."""
    folder = s3.bucket("p8-data")
    shutil.copytree(orchard, folder / "Test")
    first = sorted((folder / "Test").rglob("*.jpg"))[0]
    odd = folder / "Test" / "Pomme d'été 1 %20+"
    odd.mkdir()
    shutil.copy(first, odd / "a b.jpg")
    (odd / "empty.jpg").write_bytes(b"")
    return folder


@pytest.mark.parametrize("layout", ["tables", "notebook"])
def test_the_chain_gives_the_same_bits_as_on_the_disk(s3_verger, bucket, tmp_path, layout):
    places = ["s3://p8-data/Test", f"s3://p8-data/Results-{layout}"]
    s3_verger("run", *places, *PARTS, "--layout", layout)
    s3_verger("run", bucket / "Test", tmp_path / "out", *PARTS, "--layout", layout)
    remote = bucket / f"Results-{layout}"
    assert content(remote, layout) == content(tmp_path / "out", layout)
    assert findings(remote, layout) == findings(tmp_path / "out", layout)
    assert not leftovers(remote)
    s3_verger("inspect", places[1])
    paths = content(remote, layout)["features"][0]
    assert "Pomme d'été 1 %20+/a b.jpg" in paths


def test_the_halves_and_apply_take_s3_places(s3_verger, bucket, tmp_path):
    s3_verger("extract", "s3://p8-data/Test", "s3://p8-data/Halves", *PARTS)
    s3_verger("reduce", "s3://p8-data/Halves")
    s3_verger("run", bucket / "Test", tmp_path / "out", *PARTS)
    assert content(bucket / "Halves") == content(tmp_path / "out")
    s3_verger("apply", "s3://p8-data/Test", "s3://p8-data/Applied", "--model",
              "s3://p8-data/Halves", *PARTS)  # fmt: skip
    applied = content(bucket / "Applied")
    assert applied["pca"] == content(tmp_path / "out")["pca"]


def test_weights_are_read_from_s3(s3_verger, bucket, real_weights, tmp_path):
    shutil.copy(real_weights, bucket / "weights.h5")
    images = ["s3://p8-data/Test", "--parts", "2"]
    s3_verger("extract", *images, tmp_path / "a", "--weights", "s3://p8-data/weights.h5")
    s3_verger("extract", *images, tmp_path / "b", "--weights", real_weights)
    records = [json.loads((tmp_path / out / "_verger/run.json").read_text()) for out in "ab"]
    assert records[0]["model"]["weights_sha256"] == records[1]["model"]["weights_sha256"]


@pytest.mark.parametrize("addressing", ["path", "virtual"])
def test_the_bucket_is_reached_by_path_and_by_virtual_host(s3_verger, bucket, tmp_path, addressing):
    del bucket
    s3_verger("extract", "s3://p8-data/Test", tmp_path / "out", *PARTS, "--s3-addressing",
              addressing)  # fmt: skip


def test_an_endpoint_may_be_given_by_flag(s3_verger, s3, bucket, tmp_path):
    del bucket
    environment = s3.environment()
    del environment["AWS_ENDPOINT_URL"]
    s3_verger("extract", "s3://p8-data/Test", tmp_path / "out", *PARTS, "--s3-endpoint",
              s3.endpoint, environment=environment)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "another-secret"}, "secret key"),
        ({"AWS_ACCESS_KEY_ID": "AKIDNOBODY"}, "access key"),
    ],
)
def test_a_wrong_key_is_one_sentence_with_the_bucket(s3_verger, s3, bucket, change, cause):
    del bucket
    process = s3_verger("run", "s3://p8-data/Test", "s3://p8-data/Denied", *PARTS,
                        environment=s3.environment() | change, exit_code=3)  # fmt: skip
    error = process.stderr.strip().splitlines()[-1]
    assert "s3://p8-data/" in error
    assert cause in error
    for secret in (SECRET_KEY, *change.values()):
        assert secret not in process.stdout + process.stderr


@pytest.mark.parametrize(
    "case",
    [
        ({"AWS_SECRET_ACCESS_KEY": ""}, "AWS_SECRET_ACCESS_KEY is not"),
        ({"AWS_PROFILE": "typo"}, "no profile 'typo'"),
        ({"AWS_SECRET_ACCESS_KEY": "", "AWS_ACCESS_KEY_ID": ""}, "--s3-anonymous"),
    ],
    ids=["half a key", "misspelt profile", "none"],
)
def test_credentials_are_missed_before_the_first_request(s3_verger, s3, bucket, tmp_path, case):
    del bucket
    change, cause = case
    with fault_proxy(s3.endpoint, Faults()) as proxy:
        environment = s3.environment(endpoint=proxy.endpoint) | change
        environment |= {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
        arguments = ["extract", "s3://p8-data/Test", tmp_path / "out", *PARTS]
        assert cause in s3_verger(*arguments, environment=environment, exit_code=3).stderr
        assert not proxy.requests


def test_the_server_of_the_profile_is_asked_and_named(s3_verger, s3, bucket, tmp_path):
    del bucket
    settings = f"[profile lab]\nendpoint_url = {s3.endpoint}/\nregion = us-east-1\n"
    (tmp_path / "config").write_text(settings)
    environment = s3.environment() | {"AWS_PROFILE": "lab", "AWS_CONFIG_FILE": f"{tmp_path}/config"}
    del environment["AWS_ENDPOINT_URL"]
    arguments = ["extract", "s3://p8-data/Test", tmp_path / "out", *PARTS]
    s3_verger(*arguments, environment=environment)
    arguments[1] = "s3://nowhere/Test"
    error = s3_verger(*arguments, "--overwrite", environment=environment, exit_code=3).stderr
    assert f"s3://nowhere/Test at {s3.endpoint}: " in error


@pytest.mark.parametrize(
    "places", [("s3://nowhere/Test", "s3://p8-data/N"), ("s3://p8-data/Test", "s3://nowhere/N")]
)
def test_a_missing_bucket_is_named(s3_verger, bucket, places):
    del bucket
    error = s3_verger("run", *places, *PARTS, exit_code=3).stderr
    assert "s3://nowhere/" in error
    assert "no such bucket" in error


def test_an_empty_prefix_is_an_error_that_names_it(s3_verger, bucket):
    del bucket
    error = s3_verger("run", "s3://p8-data/Nothing", "s3://p8-data/N", *PARTS, exit_code=3).stderr
    assert "s3://p8-data/Nothing" in error


def test_no_secret_is_written_anywhere(s3_verger, s3, bucket):
    process = s3_verger("run", "s3://p8-data/Test", "s3://p8-data/Secrets", *PARTS,
                        "--log-format", "json")  # fmt: skip
    texts = [process.stdout.encode(), process.stderr.encode()]
    texts += [path.read_bytes() for path in (bucket / "Secrets").rglob("*") if path.is_file()]
    assert len(texts) > 10
    for text in texts:
        assert SECRET_KEY.encode() not in text
        assert s3.environment()["AWS_ACCESS_KEY_ID"].encode() not in text


def test_the_search_takes_s3_places(s3_verger, bucket):
    s3_verger("run", "s3://p8-data/Test", "s3://p8-data/Searched", *PARTS)
    folder = "Pomme d'été 1 %20+"
    shutil.copy(bucket / "Test" / folder / "a b.jpg", bucket / "query.jpg")
    arguments = ("s3://p8-data/query.jpg", "--in", "s3://p8-data/Searched", "--json")
    (answer,) = json.loads(s3_verger("similar", *arguments).stdout)["queries"]
    assert answer["neighbors"][0]["cosine"] == pytest.approx(1, abs=1e-5)
    copies = json.loads(s3_verger("duplicates", "s3://p8-data/Searched", "--json").stdout)
    (group,) = copies["groups"]
    assert f"s3://p8-data/Test/{folder}/a b.jpg" in [image["path"] for image in group["images"]]
    assert group["confirmed"]
    assert group["label_conflict"]
