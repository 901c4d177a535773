"""A listing of a million keys streams: what is kept of a key is little."""

import json
import re
import subprocess
import sys

import pytest
from conftest import UNTRAINED
from servers.endless_listing import MadeUpKeys, endless_listing

pytestmark = pytest.mark.heavy
MIB = 1024 * 1024
# A process begins with the peak of the one that started it: hence a small one between.
LAUNCHER = """
import json, resource, subprocess, sys
process = subprocess.run(sys.argv[1:], capture_output=True, text=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([process.returncode, process.stderr, peak * 1024]))
"""


def peak_after_listing(program, keys, output):
    """Bytes that a run takes which lists so many keys and ends at the first, which is not there."""
    with endless_listing(MadeUpKeys(keys)) as server:
        command = [program, "extract", "s3://made-up/Test", output, "--weights", UNTRAINED]
        flags = ["--s3-endpoint", server.address, "--s3-anonymous", "--s3-region", "us-east-1"]
        launched = subprocess.run(
            [sys.executable, "-c", LAUNCHER, *command, *flags, "--strict", "--retries", "0"],
            stdout=subprocess.PIPE,
            check=True,
        )
    exit_code, said, peak = json.loads(launched.stdout)
    assert exit_code == 3, said
    assert "photograph_" in said
    return peak


def test_a_million_keys_take_less_than_300_mb(program, tmp_path, capsys):
    baseline = peak_after_listing(program, 1000, tmp_path / "few")
    peak = peak_after_listing(program, 1_000_000, tmp_path / "many")
    with capsys.disabled():
        print(f"\n1,000,000 keys: {(peak - baseline) / MIB:.0f} MiB above {baseline / MIB:.0f} MiB")
    assert 50 * MIB < baseline < 500 * MIB
    assert peak - baseline < 300 * 10**6


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
