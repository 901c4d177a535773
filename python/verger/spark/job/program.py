# SPDX-License-Identifier: Apache-2.0
"""The program verger as a child of the driver's Python: talking to it."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import threading
from typing import TYPE_CHECKING, Any

from verger._program import error_of, find_program
from verger.spark.job.work import ending

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PROTOCOL = 1
_PATIENCE_S = 60.0  # for a driver that was told to end


class Driver:
    """`verger COMMAND … --crew stdio`, which drives a run. A context manager that ends it.

    It has a session of its own, so that Ctrl-C on a terminal reaches it through this process alone.
    """

    def __init__(
        self, words: Sequence[str], tell: Callable[[dict[str, Any]], None] | None = None
    ) -> None:
        """Start it. `tell` hears from a thread what it says to people, as events.

        By default it says so itself.
        """
        command, *rest = words
        how = ["--log-format", "json"] if tell else []
        pipe = subprocess.PIPE
        self.program = find_program()
        self._name = f"verger {command}"
        self._failure = ""  # what it told as its error, where `tell` hears
        self._process = subprocess.Popen(
            [self.program, command, "--crew", "stdio", *how, *rest],
            stdin=pipe, stdout=pipe, stderr=pipe if tell else None, start_new_session=True,
        )  # fmt: skip
        self._listener = threading.Thread(target=self._listen, args=[tell], daemon=True)
        if tell:
            self._listener.start()

    def _listen(self, tell: Callable[[dict[str, Any]], None]) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            try:
                event = dict(json.loads(line))
            except (TypeError, ValueError):  # a library or the system's loader wrote it
                event = {"event": "warning", "message": line.decode(errors="replace").rstrip()}
            if event.get("event") == "error":
                self._failure = event["message"]
            tell(event)

    def begin(self) -> bool:
        """Wait until it is ready for a crew. False: it has ended, and has said on stderr why.

        Raises ValueError when it speaks another protocol.
        """
        hello = self.read()
        if hello is not None and (spoken := json.loads(hello).get("protocol")) != PROTOCOL:
            raise ValueError(
                f"{self.program} speaks protocol {spoken} of crews, and this verger.spark "
                f"{PROTOCOL}; install one version of both."
            )
        return hello is not None

    def read(self) -> str | None:
        """Return its next message, a line of JSON; None at the end of all."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().decode() or None

    def send(self, line: str) -> None:
        """Tell it something; to one that has ended, nothing: its last words are to be read."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(line.rstrip("\n").encode() + b"\n")
            self._process.stdin.flush()

    def interrupt(self) -> None:
        """Ask it to end as by Ctrl-C: it tidies up, and says so."""
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """End it before it has begun anything."""
        self._process.kill()

    def wait(self) -> int:
        """Wait for its end; return the exit code."""
        code = self._process.wait()
        if self._listener.ident is not None:
            self._listener.join()
        return code

    def error(self, end: dict[str, Any] | None) -> Exception:
        """Return the exception for a run that failed, from its last message if it said one."""
        code = self.wait()
        if end is not None:
            return error_of(end["error"]["kind"], end["error"]["message"])
        return error_of(code, self._failure or f"'{self._name}' {ending(code)}.")

    def __enter__(self) -> Driver:  # noqa: D105
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End it: without a crew it gives up, and leaves nothing half-written."""
        assert self._process.stdin is not None
        if kind is KeyboardInterrupt:
            self.interrupt()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        patience = threading.Timer(_PATIENCE_S, self._process.kill)
        patience.start()
        self.wait()
        patience.cancel()
