# SPDX-License-Identifier: Apache-2.0
"""What people see of a loop of Python: what they would see of a stage of the program."""

from __future__ import annotations

import time
from collections.abc import Sized

from verger import _verger
from verger._console import Console


class Progress:
    """How far a loop of Python is, shown as the program's own stages are. A context manager."""

    def __init__(self, stage: str, things: object, *, unit: str = "image", shown: bool) -> None:
        """Take what is gone through; where its length is not known, only what is done is told."""
        self._console = Console(progress=shown)
        self._stage = stage, unit
        self._total = len(things) if isinstance(things, Sized) else 0
        self._done = 0
        self._begun = time.monotonic()

    def _rate(self) -> float:
        elapsed = time.monotonic() - self._begun
        return self._done / elapsed if elapsed > 0 else 0.0

    def add(self, done: int) -> None:
        """So many more are done."""
        self._done += done
        rate = self._rate()
        left = (self._total - self._done) / rate if rate > 0 and self._total else None
        text = _verger.progress_text(*self._stage, self._done, self._total, rate, left)
        self._console.tell(
            {"event": "progress", "done": self._done, "total": self._total, "text": text}
        )

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Say how long it took, unless it failed."""
        if kind is not None:
            self._console.close()
            return
        elapsed = time.monotonic() - self._begun
        text = _verger.finished_text(*self._stage, self._done, self._rate(), elapsed)
        self._console.tell({"event": "stage", "text": text})
