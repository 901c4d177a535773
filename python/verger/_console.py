# SPDX-License-Identifier: Apache-2.0
"""What people see of a job that Python called: notes, warnings, a line of progress, or JSON."""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from verger._live_line import live_line

_LINE_SECONDS = 10.0  # between lines where there is no terminal
_BAR = 24  # characters
_PACKAGE = str(Path(__file__).parent)


class Console:
    """Shows events of the program's --log-format json.

    On a terminal and in a notebook's cell one line says how far a stage is, and elsewhere a line
    every ten seconds on standard error. What the program warns of is warned of in Python. One
    thread may use it.
    """

    def __init__(self, log_format: str = "text", *, progress: bool = True) -> None:
        """Show text or json; without `progress` nothing but warnings."""
        if log_format not in ("text", "json"):
            raise ValueError(f"log_format must be text or json, not '{log_format}'.")
        self._json = log_format == "json"
        self._progress = progress
        self._live = live_line() if progress and not self._json else None
        self._last = time.monotonic()

    def tell(self, event: dict[str, Any]) -> None:
        """Take an event. Its error is raised by whoever called the program, and not told."""
        kind = event.get("event")
        if kind in ("error", "end") or not (self._progress or kind == "warning"):
            return
        if self._json:
            self._write(json.dumps(event))
        elif kind == "warning":
            self._clear()
            _warn(event["message"])
        elif kind == "note":
            self._write(f"verger: {event['message']}")
        elif kind == "progress":
            self._advance(event)
        elif kind == "stage":
            self._finish(event)

    def close(self) -> None:
        """Take a line away that is not the last word, since its stage failed."""
        self._clear()

    def _advance(self, event: dict[str, Any]) -> None:
        if self._live is not None:
            stage, _, numbers = event["text"].partition("  ")
            full = _BAR * event["done"] // event["total"] if event["total"] else 0
            bar = "━" * full + "─" * (_BAR - full) + "  " if event["total"] else " "
            self._live.show(f"{stage} {bar}{numbers}")
        elif time.monotonic() - self._last >= _LINE_SECONDS:
            self._last = time.monotonic()
            self._write(f"verger: {event['text']}")

    def _finish(self, event: dict[str, Any]) -> None:
        text = f"verger: {event['text']}"
        if self._live is None:
            self._write(text)
        else:
            self._live.finish(text)

    def _clear(self) -> None:
        if self._live is not None:
            self._live.clear()

    def _write(self, line: str) -> None:
        self._clear()
        sys.stderr.write(line.encode("utf-8", "replace").decode() + "\n")
        sys.stderr.flush()


def _warn(message: str) -> None:
    """Warn where the user's own code called this package."""
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    place = frame.f_code.co_filename, frame.f_lineno
    registry = frame.f_globals.setdefault("__warningregistry__", {})
    warnings.warn_explicit(message, UserWarning, *place, registry=registry)
