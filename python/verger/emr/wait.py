# SPDX-License-Identifier: Apache-2.0
"""Waiting for AWS: looking again and again, and telling of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

POLL_S = 10.0

Seen = TypeVar("Seen")
Tell = Callable[[str], None]


def until(
    over: Callable[[Seen], bool],
    look: Callable[[], Seen],
    words: Callable[[Seen], str],
    tell: Tell,
) -> Seen:
    """Look until what is found is over, and return that; tell of all that comes before."""
    began = time.monotonic()
    while not over(seen := look()):
        tell(f"{words(seen)}, {time.monotonic() - began:,.0f} s")
        time.sleep(POLL_S)
    return seen
