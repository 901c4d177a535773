# SPDX-License-Identifier: Apache-2.0
"""Keys that no file can have are read as boto3 reads them; readers who pay."""

import pytest
from conftest import UNTRAINED
from servers.small_s3 import small_s3
from storage.results import rows

ODD = ["Test//Pear/1.jpg", "Test/Pear//2.jpg", "Test/Apple/./3.jpg", "Test/Apple/../4.jpg",
       "Test/a b+c%20&=é'\"<>/5.jpg", "Test/\x01\x7f/6.jpg", "/leading/Apple/7.jpg",
       "Test/" + "k" * 1014 + ".jpg"]  # fmt: skip


@pytest.fixture
def photograph(orchard):
    """The bytes of one."""
    return sorted(orchard.rglob("*.jpg"))[0].read_bytes()


def extract(verger, server, place, output, *flags, **keywords):
    """Run `verger extract` from a place of a server."""
    return verger("extract", place, output, "--weights", UNTRAINED, "--retries", 1, *flags,
                  env=server.environment(), **keywords)  # fmt: skip


def test_keys_are_taken_literally(verger, photograph, tmp_path):
    with small_s3() as server:
        server.page = 3
        for key in ODD:
            server.put(key, photograph)
        extract(verger, server, "s3://bucket/Test", tmp_path / "out")
        extract(verger, server, "s3://bucket//leading", tmp_path / "leading")
        extract(verger, server, "s3://bucket/Test/", tmp_path / "narrow", "--no-recursive")
        asked = [key for method, key in server.requests if method == "GET" and key]
    assert set(asked) == set(ODD)
    assert len(rows(tmp_path / "out" / "features")[0]) == len(ODD) - 1
    assert len(rows(tmp_path / "leading" / "features")[0]) == 1
    assert len(rows(tmp_path / "narrow" / "features")[0]) == 1


def test_readers_pay_when_they_say_so(verger, photograph, tmp_path):
    with small_s3(payer=True) as server:
        server.put("Test/Apple/1.jpg", photograph)
        place = "s3://bucket/Test"
        refused = extract(verger, server, place, tmp_path / "refused", exit_code=3)
        assert "access is denied to these credentials" in refused.stderr
        assert "--s3-requester-pays" in refused.stderr
        extract(verger, server, place, tmp_path / "out", "--s3-requester-pays")
    assert len(rows(tmp_path / "out" / "features")[0]) == 1
