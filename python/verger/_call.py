# SPDX-License-Identifier: Apache-2.0
"""The program's commands as calls: keywords in, a document out, progress on the way."""

from __future__ import annotations

import json
import queue
import tempfile
from typing import TYPE_CHECKING, Any

from verger._console import Console
from verger._program import END, Program, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from verger._program import Place

_FAULT, _UNREADABLE = 1, 3  # exit codes of commands that may have printed their document first


def call(
    command: str,
    places: Sequence[Place],
    options: Mapping[str, Any],
    *,
    progress: bool = True,
) -> dict[str, Any]:
    """Do a command; return its summary or, with the option `json`, the document that it prints.

    Raises ValueError for an unusable argument or option, verger.ModelError for weights or a model,
    OSError for a place, and KeyboardInterrupt once the program has tidied up.
    """
    given = dict(options)
    console = Console(given.pop("log_format", "text"), progress=progress)
    events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    words = words_of(command, places, given)
    document: dict[str, Any] | None = None
    with tempfile.TemporaryFile() as printed:
        try:
            with Program(words, events.put, stdout=printed) as program:
                for event in iter(events.get, END):
                    console.tell(event)
                    if event["event"] == "summary":
                        document = {name: event[name] for name in event if name != "event"}
                code = program.wait()
        finally:  # what it said when it was interrupted
            while not events.empty():
                console.tell(events.get())
            console.close()
        if given.get("json") and code in (0, _FAULT, _UNREADABLE):
            printed.seek(0)
            text = printed.read()
            document = json.loads(text) if text.startswith(b"{") else None
    if document is None or (code and not given.get("json")):
        raise program.error(code)
    return document
