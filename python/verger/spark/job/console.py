"""What people see of a run: notes, warnings, a progress line, or JSON objects, one a line."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from typing import Any, Protocol

from verger.spark._storage_errors import with_keywords

_LINE_SECONDS = 10.0  # between lines where there is no terminal


class Sink(Protocol):
    """Shows one line in the place of the last one."""

    def show(self, text: str) -> None:
        """Show it."""

    def clear(self) -> None:
        """Take it away."""

    def finish(self, text: str) -> None:
        """Show a last line, which stays."""


class _Terminal:
    """A line of standard error that is written over."""

    def show(self, text: str) -> None:
        sys.stderr.write("\r\x1b[2K" + text)
        sys.stderr.flush()

    def clear(self) -> None:
        self.show("")

    def finish(self, text: str) -> None:
        self.show(text + "\n")


class _Notebook:
    """An output of a notebook's cell that is updated in place."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, text: str) -> None:
        from IPython import display  # noqa: PLC0415 - only where a notebook runs

        show: Any = display.display  # which is not typed
        shown = {"text/plain": text}
        if self._handle is None:
            self._handle = show(shown, raw=True, display_id=True)
        else:
            self._handle.update(shown, raw=True)

    def clear(self) -> None:
        """Leave the last line standing: a cell keeps what it showed."""
        self._handle = None

    def finish(self, text: str) -> None:
        self.show(text)
        self._handle = None


def _live_sink() -> Sink | None:
    shell = sys.modules.get("IPython")
    if shell is not None and type(shell.get_ipython()).__name__ == "ZMQInteractiveShell":
        return _Notebook()
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        return _Terminal()
    return None


class Console:
    """Writes to standard error. Thread-safe."""

    def __init__(
        self, log_format: str = "text", *, quiet: bool = False, keywords: bool = False
    ) -> None:
        """Show text or json; with `quiet` nothing but warnings.

        Messages name options as flags of a shell, with `keywords` as those of a function.
        """
        if log_format not in ("text", "json"):
            raise ValueError(f"log_format must be text or json, not '{log_format}'.")
        self.json = log_format == "json"
        self.quiet = quiet
        self.keywords = keywords
        self.live = None if self.json or quiet else _live_sink()
        self._lock = threading.Lock()

    def note(self, message: str) -> None:
        """Tell something."""
        if not self.quiet:
            self.event("note", message)

    def warning(self, message: str) -> None:
        """Tell something that must not be missed."""
        self.event("warning", message)

    def event(self, event: str, message: str, **more: object) -> None:
        """Write a message."""
        if self.keywords:
            message = with_keywords(message)
        mark = "" if event == "note" else f"{event}: "
        self.line(f"verger: {mark}{message}", {"event": event, "message": message, **more})

    def line(self, text: str, document: dict[str, Any]) -> None:
        """Write a line of text, or the document in its place."""
        shown = json.dumps(document) if self.json else text
        with self._lock:
            if self.live is not None:
                self.live.clear()
            sys.stderr.write(shown.encode("utf-8", "replace").decode() + "\n")
            sys.stderr.flush()


class Progress:
    """One stage's progress: a live line, a line every 10 s, or JSON."""

    def __init__(self, console: Console, stage: str, total: int) -> None:
        """Begin a stage of so many shards."""
        self._console = console
        self._stage = stage
        self._total = total
        self._start = self._last = time.monotonic()
        self._shown = -1

    def update(self, done: int) -> None:
        """Tell how many shards are done, if it is time to."""
        console = self._console
        if console.live is not None:
            if done != self._shown:
                console.live.show(self._text(done))
            self._shown = done
        elif not console.quiet and time.monotonic() - self._last >= _LINE_SECONDS:
            self._last = time.monotonic()
            console.line(self._text(done), {"event": "progress", **self._document(done)})

    def finish(self) -> None:
        """Tell that the stage is over."""
        elapsed = time.monotonic() - self._start
        if self._console.quiet:
            return
        document = self._document(self._total) | {"elapsed_s": round(elapsed, 3)}
        text = f"verger: {self._stage}: {self._total:,} shards in {elapsed:.1f} s"
        if self._console.live is not None:
            self._console.live.finish(text)
        else:
            self._console.line(text, {"event": "stage", **document})

    def _rate(self, done: int) -> float:
        return done / max(time.monotonic() - self._start, 1e-3)

    def _text(self, done: int) -> str:
        text = f"verger: {self._stage}: {done:,} of {self._total:,} shards"
        if done:
            text += f", {(self._total - done) / self._rate(done):,.0f} s to go"
        return text

    def _document(self, done: int) -> dict[str, Any]:
        left = round((self._total - done) / self._rate(done), 1) if done else None
        return {
            "stage": self._stage,
            "unit": "shards",
            "done": done,
            "total": self._total,
            "rate": round(self._rate(done), 3),
            "eta_s": left,
        }
