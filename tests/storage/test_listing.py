"""A listing of a million keys streams: what is kept of a key is little."""

import os
import subprocess

import pytest
from conftest import UNTRAINED
from servers.endless_listing import endless_listing

pytestmark = pytest.mark.heavy
MIB = 1024 * 1024


def peak_after_listing(program, keys, output):
    """Bytes that a run takes which lists so many keys and ends at the first, which is not there."""
    with endless_listing(keys) as endpoint:
        command = [program, "extract", "s3://made-up/Test", output, "--weights", UNTRAINED]
        flags = ["--s3-endpoint", endpoint, "--s3-anonymous", "--s3-region", "us-east-1"]
        process = subprocess.Popen(
            [*command, *flags, "--strict", "--retries", "0", "--log-format", "json"],
            stderr=subprocess.PIPE,
            text=True,
        )
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 3, said
    assert "photograph_" in said
    return usage.ru_maxrss * 1024


def test_a_million_keys_take_less_than_300_mb(program, tmp_path, capsys):
    baseline = peak_after_listing(program, 1000, tmp_path / "few")
    peak = peak_after_listing(program, 1_000_000, tmp_path / "many")
    with capsys.disabled():
        print(f"\n1,000,000 keys: {(peak - baseline) / MIB:.0f} MiB above {baseline / MIB:.0f} MiB")
    assert peak - baseline < 300 * 10**6
