# SPDX-License-Identifier: Apache-2.0
"""On a server that compares versions, a request that comes too late replaces nobody's file."""

import os
import subprocess
import threading
import time

import pytest
from conftest import UNTRAINED
from fault.processes import go_on, stop
from servers.small_s3 import small_s3

PARTS = ["--weights", UNTRAINED, "--parts", "2", "--threads", "1"]
LAPSE = 1.5  # seconds, of the leases here
LEASE = {"VERGER_LEASE_MS": str(int(LAPSE * 1000))}
NEITHER, ONE, BOTH = (), ("if-none-match",), ("if-match", "if-none-match")


class LateRequest:
    """Holds one PUT of a key back, as a network might, until it is let go."""

    def __init__(self, key):
        """`key`: the end of the key of the first PUT that is held."""
        self.key = key
        self.held = ""
        self.caught = threading.Event()
        self.released = threading.Event()

    def __call__(self, method, key):
        """Wait, if it is this one."""
        if method == "PUT" and key.endswith(self.key) and not self.caught.is_set():
            self.held = key
            self.caught.set()
            assert self.released.wait(60)


def run(deadly, server, orchard, *flags, machine):
    """Start a run into the bucket."""
    environment = dict(os.environ) | server.environment() | LEASE | {"VERGER_MACHINE": machine}
    command = [deadly, "run", orchard, "s3://bucket/Out", *PARTS, "--retries", "0", *flags]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def end(process):
    """Return the exit code and the last line."""
    said = process.communicate(timeout=120)[1].strip().splitlines()
    return process.returncode, said[-1] if said else ""


def without_report(objects):
    """Return keys and bytes, but of the report, which says when it was made."""
    return {key: body for key, (body, _) in objects.items() if not key.endswith("report.html")}


@pytest.mark.parametrize("key", ["_verger/shards/00000.json", "model/model.json", "/_SUCCESS"])
@pytest.mark.parametrize("compares", [BOTH, ONE, NEITHER], ids=["both", "one", "neither"])
def test_a_run_that_was_passed_over_replaces_nothing(deadly, orchard, key, compares):
    with small_s3(compares=compares) as server:
        late = server.hold = LateRequest(key)
        first = run(deadly, server, orchard, machine="one boot pid:[1]")
        assert late.caught.wait(60)
        stop(first.pid)
        time.sleep(1.2 * LAPSE)
        second = run(deadly, server, orchard, "--overwrite", machine="another boot pid:[1]")
        assert end(second)[0] == 0
        before = without_report(server.objects)
        times = {name: when for name, (_, when) in server.objects.items()}
        puts = server.requests.count(("PUT", late.held))
        late.released.set()
        while server.requests.count(("PUT", late.held)) == puts:
            time.sleep(0.01)
        go_on(first.pid)
        code, said = end(first)
        after = without_report(server.objects)
        touched = [name for name in after if server.objects[name][1] != times.get(name)]
    assert code == 3, said
    assert "was taken over by another run" in said
    assert set(after) == set(before)
    if compares == BOTH:
        assert after == before
        assert not touched
    else:
        assert touched == [late.held]
