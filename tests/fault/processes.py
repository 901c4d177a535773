# SPDX-License-Identifier: Apache-2.0
"""Processes that stop, and go on."""

import os
import signal
import time
from pathlib import Path


def state_of(pid):
    """The state of a process, as /proc tells it: R, S, T, Z and more."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def wait_until_stopped(pid, timeout=60):
    """Wait until the process has stopped itself."""
    end = time.monotonic() + timeout
    while state_of(pid) != "T":
        assert time.monotonic() < end, f"process {pid} did not stop"
        time.sleep(0.02)


def stop(pid):
    """Stop a process, and wait until it has."""
    os.kill(pid, signal.SIGSTOP)
    wait_until_stopped(pid)


def go_on(pid):
    """Let a stopped process go on."""
    os.kill(pid, signal.SIGCONT)
