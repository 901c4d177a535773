# SPDX-License-Identifier: Apache-2.0
"""What people see of a job that Python called: notes, warnings, a line of progress, or JSON."""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import Any

from verger._errors import with_keywords
from verger.spark._live_line import live_line

_LINE_SECONDS = 10.0  # between lines where there is no terminal


class Console:
    """Writes to standard error, options being named as keywords. Thread-safe."""

    def __init__(self, log_format: str, *, quiet: bool) -> None:
        """Show text or json; with `quiet` nothing but warnings."""
        if log_format not in ("text", "json"):
            raise ValueError(f"log_format must be text or json, not '{log_format}'.")
        self._json = log_format == "json"
        self._quiet = quiet
        self._live = None if self._json or quiet else live_line()
        self._lock = threading.Lock()
        self._begun = self._last = 0.0

    def tell(self, event: dict[str, Any]) -> None:
        """Take an event of the program's --log-format json. Its error is raised, not told."""
        kind = event.get("event")
        if kind == "error" or (self._quiet and kind != "warning"):
            return
        if "message" in event:
            event = {**event, "message": with_keywords(event["message"])}
        if self._json:
            self._write(json.dumps(event))
        elif kind in ("note", "warning"):
            mark = "" if kind == "note" else f"{kind}: "
            self._write(f"verger: {mark}{event['message']}")

    def progress(self, stage: str, done: int, total: int) -> None:
        """Tell how many tasks of a stage are done, as text; 0 begins the stage."""
        if self._json or self._quiet:
            return
        now = time.monotonic()
        if done == 0:
            self._begun = self._last = now
        elapsed = now - self._begun
        if done == total:
            self._show(f"verger: {stage}: {total:,} tasks in {elapsed:.1f} s", last=True)
        elif self._live is not None or now - self._last >= _LINE_SECONDS:
            self._last = now
            left = f", {(total - done) * elapsed / done:,.0f} s to go" if done else ""
            self._show(f"verger: {stage}: {done:,} of {total:,} tasks{left}", last=False)

    def _show(self, text: str, *, last: bool) -> None:
        if self._live is None:
            self._write(text)
        else:
            with self._lock:
                (self._live.finish if last else self._live.show)(text)

    def _write(self, line: str) -> None:
        with self._lock:
            if self._live is not None:
                self._live.clear()
            sys.stderr.write(line.encode("utf-8", "replace").decode() + "\n")
            sys.stderr.flush()
