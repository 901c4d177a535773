"""Waiting for AWS: looking again and again, and telling of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

POLL_S = 10.0

Found = TypeVar("Found")
Tell = Callable[[str], None]


def until(
    over: Callable[[Found], bool],
    look: Callable[[], Found],
    words: Callable[[Found], str],
    tell: Tell,
) -> Found:
    """Look until what is found is over, and return that; tell of all that comes before."""
    began = time.monotonic()
    while not over(found := look()):
        tell(f"{words(found)}, {time.monotonic() - began:,.0f} s")
        time.sleep(POLL_S)
    return found
