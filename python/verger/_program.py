# SPDX-License-Identifier: Apache-2.0
"""The program verger: where it is, how it is called, and what its errors are in Python."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, Union

from verger._errors import ModelError
from verger._live_line import is_live

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Place = Union[str, "os.PathLike[str]"]
Child = TypeVar("Child", bound="Program")

_ERRORS: dict[str | int, type[Exception]] = {  # by the protocol's kind, and by exit code
    "argument": ValueError, "model": ModelError, "cancelled": InterruptedError,
    2: ValueError, 4: ModelError, 130: InterruptedError,
}  # fmt: skip
_PATIENCE_S = 60.0  # for a program that was told to end
END = {"event": "end"}  # the last event of a program, when it says no more


def find_program() -> str:
    """Return the program's absolute path: $VERGER_PROGRAM, the package's own, that of $PATH.

    The variable may name the folder of an unpacked bundle. Raises OSError when there is none.
    """
    # Whoever imports the jobs imports this: what goes to their nodes is asked for only here.
    from verger.spark.job.work import VARIABLE, usable  # noqa: PLC0415

    given = os.environ.get(VARIABLE)
    own = Path(__file__).parent / "bin" / "verger"
    program = usable(given) if given else usable(str(own), shutil.which("verger"))
    if program is None:
        said = f"${VARIABLE} names {given}, which is no program" if given else "it is not installed"
        raise OSError(
            f"The program verger cannot be found: {said}; install it by 'pip install verger', or "
            f"set {VARIABLE} to where it is."
        )
    return program


def error_of(kind: str | int, message: str) -> Exception:
    """Return the exception for an error of the protocol's `kind`, or for an exit code."""
    return _ERRORS.get(kind, OSError)(message)


def words_of(command: str, places: Sequence[Place], options: Mapping[str, object]) -> list[str]:
    """Return the words of a command line: ``components=50`` is --components=50.

    True and False are --name=true and --name=false, a list is its option given again and again,
    and None is an option that is not given. The program knows which options there are.
    """
    flags = [
        f"--{name.replace('_', '-')}={_text(value)}"
        for name, values in options.items()
        for value in (values if isinstance(values, (list, tuple)) else [values])
        if value is not None
    ]
    return [command, *flags, "--", *(os.fsdecode(place) for place in places)]


def _text(value: object) -> str:
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _event_of(line: bytes) -> dict[str, Any]:
    try:
        event: dict[str, Any] = json.loads(line)
        if "event" in event:
            return event
    except (TypeError, ValueError):
        pass  # a library or the system's loader wrote it
    return {"event": "warning", "message": line.decode(errors="replace").rstrip()}


class Program:
    """A command of the program as a child. A context manager that ends it.

    It has a session of its own, so that Ctrl-C on a terminal reaches it through this process alone:
    once, whereupon it tidies up, and what it was at can be resumed.
    """

    def __init__(
        self,
        words: Sequence[str],
        tell: Callable[[dict[str, Any]], None] | None = None,
        *,
        keywords: bool = True,
        **pipes: Any,
    ) -> None:
        """Start it. `tell` hears from a thread what it says to people, as events; the last is END.

        In these options are named as `keywords`, or else as flags. Without `tell` it says all to
        people itself. `pipes` are its stdin and stdout.
        """
        command, *rest = words
        how = ["--log-format", "json"] if tell else []
        self.program = find_program()
        self._name = f"verger {command}"
        self._failure = ""  # what it told as its error, where `tell` hears
        self.keywords = tell is not None and keywords  # so its sentences name options
        spelling = {"VERGER_SPELLING": "keyword"} if self.keywords else {}
        often = {"VERGER_PROGRESS_SECONDS": "1"} if tell and is_live() else {}
        self._process = subprocess.Popen(
            [self.program, command, *how, *rest],
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **pipes},
            stderr=subprocess.PIPE if tell else None,
            env={**os.environ, **spelling, **often, "VERGER_PARENT": str(os.getpid())},
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, args=[tell], daemon=True)
        if tell:
            self._listener.start()

    def _listen(self, tell: Callable[[dict[str, Any]], None]) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as said:
            for line in said:
                event = _event_of(line)
                if event["event"] == "error":
                    self._failure = event["message"]
                tell(event)
        tell(END)

    def interrupt(self) -> None:
        """Ask it to end as by Ctrl-C: it tidies up, and says so."""
        self._process.send_signal(signal.SIGINT)

    def wait(self) -> int:
        """Wait for its end; return the exit code."""
        code = self._process.wait()
        if self._listener.ident is not None:
            self._listener.join()
        return code

    def error(self, code: int) -> Exception:
        """Return the exception for its exit code, with what it told as its error."""
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return error_of(code, self._failure or f"'{self._name}' {how} and told no result.")

    def __enter__(self: Child) -> Child:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End it, by an interrupt where the caller was interrupted or failed."""
        if kind is not None:
            self.interrupt()
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        patience = threading.Timer(_PATIENCE_S, self._process.kill)
        patience.daemon = True
        patience.start()
        try:
            self.wait()
        except KeyboardInterrupt:  # another one: it ends at once
            self.interrupt()
            self.wait()
            raise
        finally:
            patience.cancel()
            if self._process.stdout is not None:
                self._process.stdout.close()
