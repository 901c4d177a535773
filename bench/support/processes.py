"""CPU time of this process and of all below it: the JVM, Python workers, daemons."""

import contextlib
import ctypes
import os
import threading
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
    found: Processes = {}
    below = [root or os.getpid()]
    while below:
        number = below.pop()
        if number in every:
            start, times = every[number]
            found[number, start] = times
        below += children.get(number, [])
    return found


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
