# SPDX-License-Identifier: Apache-2.0
"""One line in the place of the last one, on a terminal or in a notebook."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Any


class TerminalLine:
    """A line of standard error that is shown in the place of the last one."""

    def show(self, text: str) -> None:
        """Show it, as far as it fits: what wraps could not be replaced."""
        self._draw(text[: shutil.get_terminal_size().columns - 1])

    def clear(self) -> None:
        """Take it away."""
        self._draw("")

    def finish(self, text: str) -> None:
        """Show a line that stays."""
        self._draw(text + "\n")

    def _draw(self, text: str) -> None:
        sys.stderr.write("\r\x1b[2K" + text)
        sys.stderr.flush()


class _NotebookLine(TerminalLine):
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


def _in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    return shell is not None and type(shell.get_ipython()).__name__ == "ZMQInteractiveShell"


def is_live() -> bool:
    """Tell whether there is a notebook's cell or a terminal, on which lines are replaced."""
    return _in_notebook() or (sys.stderr.isatty() and os.environ.get("TERM") != "dumb")


def live_line() -> TerminalLine | None:
    """Return the line of a notebook's cell or of a terminal; None where neither is."""
    if not is_live():
        return None
    return _NotebookLine() if _in_notebook() else TerminalLine()
