# SPDX-License-Identifier: Apache-2.0
"""What people see: notes and a progress line on standard error, results on standard output."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import datetime
from typing import Any

_LINE_S = 60.0  # between progress lines where there is no terminal


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def as_json(document: Any) -> str:
    """Return a document as JSON text."""
    return json.dumps(document, indent=2, default=_plain, ensure_ascii=False)


class Console:
    """One command's output."""

    def __init__(self, *, json_wanted: bool) -> None:
        """Write people's text, or one JSON document to standard output."""
        self.json = json_wanted
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._shown = False
        self._last = 0.0

    def _write(self, text: str) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            self._shown = False
        sys.stderr.write(text)
        sys.stderr.flush()

    def note(self, text: str) -> None:
        """Tell something."""
        self._write(f"verger: {text}\n")

    def error(self, text: str, code: int) -> None:
        """Tell why the command ends; with --json as a document too."""
        self._write(f"verger: error: {text}\n")
        if self.json:
            print(as_json({"error": text, "exit_code": code}))

    def progress(self, text: str) -> None:
        """Show how far it is: a line written over, or a line a minute."""
        if self._live:
            self._write(f"\r\x1b[2K{text}")
            self._shown = True
        elif time.monotonic() - self._last >= _LINE_S:
            self._last = time.monotonic()
            self._write(f"verger: {text}\n")

    def result(self, document: dict[str, Any], text: str) -> None:
        """Write what the command found."""
        print(as_json(document) if self.json else text)
