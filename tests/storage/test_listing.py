# SPDX-License-Identifier: Apache-2.0
"""A listing of a million keys streams: what is kept of a key is little."""

import re

import pytest
from conftest import UNTRAINED
from servers.endless_listing import MadeUpKeys, endless_listing, peak_after_listing

pytestmark = pytest.mark.heavy
MIB = 1024 * 1024


def test_a_million_keys_take_little_more_than_a_thousand(program, tmp_path, capsys):
    baseline, peak = (
        peak_after_listing(program, MadeUpKeys(keys), tmp_path / str(keys))
        for keys in (1000, 1_000_000)
    )
    with capsys.disabled():
        print(f"\n1,000,000 keys: {(peak - baseline) / MIB:.0f} MiB above {baseline / MIB:.0f} MiB")
    assert 50 * MIB < baseline < 500 * MIB
    assert peak - baseline < 40 * 10**6


TOKEN = b"<IsTruncated>true</IsTruncated><NextContinuationToken>0</NextContinuationToken>"


@pytest.mark.parametrize(
    ("pattern", "replacement", "said"),
    [
        (b"<Key>Test/", b"<Key>Te/", "does not lie there"),
        (b"<Size>7000", b"<Size>-1", "has -1 bytes"),
        (b"<IsTruncated>false</IsTruncated>", TOKEN, "comes again"),
        (rb"(<Contents>.*</Contents>)", rb"\1\1", "twice"),
        (b"(?s).*", b"<html><body>Please log in.</body></html>", "s3://made-up/Test"),
        (b"</ListBucketResult>", b"", "its answer was cut off"),
    ],
    ids=["outside", "negative", "token again", "twice", "html", "cut off"],
)
def test_a_listing_that_cannot_be_true_ends_the_run(verger, tmp_path, pattern, replacement, said):
    def change(body):
        return re.sub(pattern, replacement, body, count=0 if pattern.startswith(b"<") else 1)

    with endless_listing(MadeUpKeys(60), change) as server:
        flags = ["--s3-endpoint", server.address, "--s3-anonymous", "--weights", UNTRAINED]
        arguments = ["extract", "s3://made-up/Test", tmp_path / "out", *flags, "--retries", 1]
        error = verger(*arguments, exit_code=3, timeout=60).stderr
    assert said in error
    (sentence,) = (line for line in error.splitlines() if "error" in line)
    assert sentence.startswith("verger: error: Cannot list s3://made-up/Test")
