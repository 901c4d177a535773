# SPDX-License-Identifier: Apache-2.0
"""CPU time of this process and of all below it (the JVM, Python workers, daemons); memory."""

import contextlib
import ctypes
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PR_SET_CHILD_SUBREAPER = 36
_PAUSE = 0.2  # seconds between two looks

Times = tuple[float, float]  # seconds of CPU: its own, and of the children that it waited for
Processes = dict[tuple[int, int], Times]  # by number and by start, since numbers come again


def tree(root: int | None = None) -> Processes:
    """Return the CPU times of a process (this one) and of all below it."""
    children: dict[int, list[int]] = {}
    every: dict[int, tuple[int, Times]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            ticks = [int(field) / _TICKS for field in fields[11:15]]
            number = int(entry.name)
            children.setdefault(int(fields[1]), []).append(number)
            every[number] = int(fields[19]), (ticks[0] + ticks[1], ticks[2] + ticks[3])
    processes: Processes = {}
    below = [root or os.getpid()]
    while below:
        number = below.pop()
        if number in every:
            start, times = every[number]
            processes[number, start] = times
        below += children.get(number, [])
    return processes


def cpu_seconds(root: int | None = None) -> float:
    """Return the CPU time of a tree of processes, with those that ended and were waited for."""
    return sum(map(sum, tree(root).values()))


def adopt_orphans() -> None:
    """Let processes whose parent ends become this one's children, not init's."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@contextlib.contextmanager
def watched() -> Iterator[dict[str, float]]:
    """Measure `cpu_s` where processes end that nobody waits for, by looking again and again.

    What a process takes after the last look at it is lost.
    """
    figures: dict[str, float] = {}
    before, seen = tree(), {}
    done = threading.Event()

    def look() -> None:
        while not done.wait(_PAUSE):
            seen.update(tree())

    looking = threading.Thread(target=look)
    looking.start()
    yield figures
    done.set()
    looking.join()
    seen.update(tree())
    figures["cpu_s"] = sum(own - before.get(key, (0, 0))[0] for key, (own, _) in seen.items())


def _peak_kb(process: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def _driver_of_crew() -> int | None:
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if b"\0--crew\0stdio\0" in command.read_bytes():
                return int(command.parent.name)
    return None


class Peak(threading.Thread):
    """The most memory that a process holds, or whatever program drives a crew meanwhile, in MB.

    What wait4() says counts the moment before exec() as well, in which a child is its parent.
    """

    def __init__(self, process: int | None = None) -> None:
        """Start to look."""
        super().__init__(daemon=True)
        self._process, self._kb, self._over = process, 0, threading.Event()
        self.start()

    def run(self) -> None:
        """Look 20 times a second."""
        while not self._over.wait(0.05):
            if process := self._process or _driver_of_crew():
                self._kb = max(self._kb, _peak_kb(process))

    def mb(self) -> float:
        """Stop looking."""
        self._over.set()
        self.join()
        return self._kb / 1000


def measured(
    process: subprocess.Popen, began: float, *, drives_crew: bool = False
) -> dict[str, float]:
    """Wait for a process that began then to end well: seconds, CPU seconds and peak memory.

    With `drives_crew` the memory is that of the program that drives one below it.
    """
    peak = Peak(None if drives_crew else process.pid)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, f"it ended with {status}"
    return {
        "seconds": time.monotonic() - began,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_mb": peak.mb(),
    }
