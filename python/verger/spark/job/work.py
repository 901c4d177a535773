# SPDX-License-Identifier: Apache-2.0
"""What runs on the nodes: orders go to a child `verger work`, and its outcomes come back.

These functions and classes are sent to the executors by value, so that nothing of this package need
be there: they stand on Python's standard library and pyspark alone, and import nothing else.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import shutil
import subprocess
import sys
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyspark import Accumulator, Broadcast

VARIABLE = "VERGER_PROGRAM"
_ARCHIVE = "verger"  # as --archives FILE#verger unpacks the bundle


def usable(*places: str | None) -> str | None:
    """Return the first program of these places, as an absolute path: itself, or in a bundle."""
    for place in filter(None, places):
        bundled = [*glob.glob(f"{place}/bin/verger"), *glob.glob(f"{place}/*/bin/verger")]
        for candidate in (place, *bundled):
            if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
                return os.path.abspath(candidate)
    return None


def ending(code: int) -> str:
    """Return how a process ended, from its exit code: a verb and more."""
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"


class TaskError(RuntimeError):
    """What a task raises: an outcome with an error, in JSON, by which the driver knows it again."""


def _failed(message: str) -> TaskError:
    return TaskError(json.dumps({"error": {"kind": "io", "message": message}}))


class Outcomes:
    """The parameter of an accumulator of outcomes: lists of lines that are appended.

    Spark merges what a task added once, when the task has ended well, and does so while the job
    goes on. The driver's own parameter hands each line on instead of keeping it.
    """

    def __init__(self, deliver: Callable[[str], None] | None = None) -> None:
        """Take what is to be done with a line, on the driver."""
        self._deliver = deliver

    def zero(self, value: list[str]) -> list[str]:
        """Return no outcomes."""
        return []

    def addInPlace(self, lines: list[str], more: list[str]) -> list[str]:
        """Append; or deliver."""
        if self._deliver is None:
            return lines + more
        for line in more:
            self._deliver(line)
        return []

    def __reduce__(self) -> tuple[type[Outcomes], tuple[()]]:
        """What is sent to the executors delivers nothing."""
        return Outcomes, ()


class NetworkFile:
    """The weights or the ONNX model of the orders, as a file of the machine where a task runs."""

    def __init__(self, path: str, sha256: str, data: Broadcast[bytes] | None) -> None:
        """Take the driver's file and, for machines other than the driver's, its bytes."""
        self._path, self._sha256, self._data = path, sha256, data

    def here(self) -> str:
        """Return the file's place, once it was written in full."""
        if self._data is None:
            return self._path
        from pyspark import SparkFiles  # noqa: PLC0415 - the driver parses options without it

        # Spark removes this folder with the executor.
        name = f"verger-{self._sha256}{os.path.splitext(self._path)[1]}"
        place = os.path.abspath(os.path.join(SparkFiles.getRootDirectory(), name))
        if not os.path.exists(place):
            half = f"{place}.{os.getpid()}"
            with open(half, "wb") as file:
                file.write(self._data.value)
            os.replace(half, place)  # whichever worker comes last writes the same
        return place


class Worker:
    """A child `verger work`. It ends with this process, since its standard input does."""

    def __init__(self, command: list[str], *, keywords: bool) -> None:
        """Start it. What it says on standard error goes to the executor's.

        With `keywords` its sentences name options as Python does.
        """
        pipe = subprocess.PIPE
        self.command, self.keywords = command, keywords
        spelling = {"VERGER_SPELLING": "keyword" if keywords else "flag"}
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, encoding="utf-8", env={**os.environ, **spelling}
        )

    def do(self, order: dict[str, Any]) -> str:
        """Return the outcome of an order, a line. TaskError when the child dies of it."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        with contextlib.suppress(BrokenPipeError):
            stdin.write(json.dumps(order) + "\n")
            stdin.flush()
        line = stdout.readline()
        if not line.endswith("\n"):
            how = ending(self.process.wait())
            raise _failed(
                f"The worker '{' '.join(self.command)}' {how} at {order['order']}; its executor's "
                "log has what it said."
            )
        return line


class Task:
    """What Spark does to a partition of orders."""

    def __init__(
        self,
        program: str,
        threads: int,
        network: NetworkFile | None,
        *,
        local: bool,
        keywords: bool,
    ) -> None:
        """Take the driver's program, which is the one to run if all runs on its machine."""
        self._program, self._threads, self._network = program, threads, network
        self._local, self._keywords = local, keywords
        self.outcomes: Accumulator[list[str]] | None = None

    def __call__(self, orders: Iterable[str]) -> Iterable[str]:
        """Do the orders; the outcomes go by the accumulator, and nothing is returned."""
        from pyspark import TaskContext  # noqa: PLC0415

        context = TaskContext.get()
        assert context is not None
        assert self.outcomes is not None
        for line in orders:
            # No two attempts of Spark at a task have one number, at once or one after the other.
            order = {**json.loads(line), "attempt": context.attemptNumber()}
            outcome = _worker(self._command(), keywords=self._keywords).do(order)
            if "error" in json.loads(outcome):
                raise TaskError(json.dumps(json.loads(outcome)))  # in ASCII
            self.outcomes.add([outcome])
        return ()

    def _command(self) -> list[str]:
        elsewhere = [os.environ.get(VARIABLE, _ARCHIVE), self._program, shutil.which("verger")]
        program = usable(*([self._program] if self._local else elsewhere))
        if program is None:
            raise _failed(
                f"The program verger is not on {os.uname().nodename}: send the bundle along by "
                f"--archives verger-….tar.gz#verger, or tell by spark.executorEnv.{VARIABLE} "
                "where it is."
            )
        command = [program, "work", "--threads", str(self._threads)]
        return command if self._network is None else [*command, "--weights", self._network.here()]


def _worker(command: list[str], *, keywords: bool) -> Worker:
    """Return this process' child, the one of the task before where it can serve.

    What is sent by value comes with globals of its own each time, so a module holds the child.
    """
    process = sys.modules.setdefault("verger_worker", types.ModuleType("verger_worker"))
    worker: Worker | None = getattr(process, "worker", None)
    wanted = (command, keywords)
    if (
        worker is None
        or (worker.command, worker.keywords) != wanted
        or worker.process.poll() is not None
    ):
        if worker is not None:
            worker.process.communicate()  # it ends with its input
        worker = Worker(command, keywords=keywords)
        process.worker = worker  # type: ignore[attr-defined]
    return worker
