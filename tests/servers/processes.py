# SPDX-License-Identifier: Apache-2.0
"""Servers as processes: started with a log, waited for, and stopped with all that they started."""

import contextlib
import json
import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path


@contextlib.contextmanager
def running(command, log, **keywords):
    """Run a server in a session of its own, its output in the file `log`; yields the process."""
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **keywords,
        )
    try:
        yield process
    finally:
        stop(process)


def stop(process, patience=5):
    """End a server, by force if it takes too long; return once it and its session are gone."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def processes_below(folder):
    """The processes that work in a folder of `folder`: {process id: command line}."""
    commands = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink().is_relative_to(folder):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if command:  # not a zombie
                    commands[int(entry.name)] = command
    return commands


@contextlib.contextmanager
def nothing_left_below(folder):
    """Kill at the end what still works in a folder of `folder`, such as a cluster's executors."""
    try:
        yield
    finally:
        deadline = time.monotonic() + 30
        while left := processes_below(folder):
            assert time.monotonic() < deadline, f"cannot be stopped: {left}"
            for process in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.05)


def read_json(address):
    """What a server answers."""
    request = urllib.request.Request(address, headers={"Accept": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def wait_for(address, ready, processes, logs, patience=120):
    """Return the answer at `address` once `ready(answer)` holds; fail when a server has ended."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and all(process.poll() is None for process in processes):
        with contextlib.suppress(OSError, ValueError):
            answer = read_json(address)
            if ready(answer):
                return answer
        time.sleep(0.1)
    raise AssertionError("\n".join(f"{log}:\n{log.read_text()[-4000:]}" for log in logs))
