"""A listing of a million keys streams: what is kept of a key is little."""

import json
import subprocess
import sys

import pytest
from conftest import UNTRAINED
from servers.endless_listing import endless_listing

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
    with endless_listing(keys) as endpoint:
        command = [program, "extract", "s3://made-up/Test", output, "--weights", UNTRAINED]
        flags = ["--s3-endpoint", endpoint, "--s3-anonymous", "--s3-region", "us-east-1"]
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
