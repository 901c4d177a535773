# SPDX-License-Identifier: Apache-2.0
"""The program verger as the driver of a crew: talking to it."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
from typing import TYPE_CHECKING, Any

from verger._program import Program, error_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PROTOCOL = 1


class Driver(Program):
    """`verger COMMAND … --crew stdio`, which drives a run.

    `events` brings what it says to people, as ("told", event); whoever serves it may add others.
    """

    def __init__(
        self,
        words: Sequence[str],
        tell: Callable[[dict[str, Any]], None] | None = None,
        *,
        keywords: bool = True,
    ) -> None:
        """Start it. `tell` hears its events from whoever serves it; by default it says them."""
        command, *rest = words
        self.events: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self.tell = tell or (lambda event: None)
        hear = None if tell is None else lambda event: self.events.put(("told", event))
        pipe = subprocess.PIPE
        words = [command, "--crew", "stdio", *rest]
        super().__init__(words, hear, keywords=keywords, stdin=pipe, stdout=pipe)

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

    def kill(self) -> None:
        """End it before it has begun anything."""
        self._process.kill()

    def wait(self) -> int:
        """Wait for its end, and hear what it said last; return the exit code."""
        code = super().wait()
        while not self.events.empty():
            kind, event = self.events.get()
            if kind == "told":
                self.tell(event)
        return code

    def failure(self, end: dict[str, Any] | None) -> Exception:
        """Return the exception for a run that failed, from its last message if it said one."""
        code = self.wait()
        if end is not None:
            return error_of(end["error"]["kind"], end["error"]["message"])
        return self.error(code)
