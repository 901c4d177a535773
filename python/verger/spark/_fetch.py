"""Reads many files at once, from this machine or from S3.

Spark's own binaryFile reads one object after another, so that each waits for the answer to the one
before it. `read_many` keeps many requests under way and hands the files over in their order.
"""

from __future__ import annotations

import os
import random
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import Any

from verger.spark._places import Storage, is_s3, open_once, open_place

__all__ = ["MOST_BYTES", "open_place", "read_many"]

MOST_BYTES = 64 << 20  # read and not yet handed over
_AHEAD = 4
_SHORTEST_S = 0.1
_LONGEST_S = 10.0

# Arrow's names and AWS' codes of errors that another request would meet as well.
_LASTING = {
    "INVALID_ACCESS_KEY_ID": "the server does not know the access key; check AWS_ACCESS_KEY_ID",
    "SIGNATURE_DOES_NOT_MATCH": "the secret key does not fit the access key",
    "ACCESS_DENIED": "access is denied to these credentials",
    "INVALID_SIGNATURE": "access is denied to these credentials",
    "ExpiredToken": "the session's credentials have expired; sign in anew",
    "NO_SUCH_BUCKET": "there is no such bucket",
    "NO_SUCH_KEY": "no such object",
    "RESOURCE_NOT_FOUND": "no such object",
    "PermanentRedirect": "the bucket is in another region; give s3_region",
    "AuthorizationHeaderMalformed": "the bucket is in another region; give s3_region",
    "HTTP status 403": "access is denied to these credentials",
    "HTTP status 404": "no such object",
}
_PASSING = {
    "NETWORK_CONNECTION": "the server cannot be reached or broke the connection off",
    "SLOW_DOWN": "the server is too busy",
    "SERVICE_UNAVAILABLE": "the server is too busy",
    "INTERNAL_FAILURE": "the server had an internal failure",
    "HTTP status 503": "the server is too busy",  # of a request whose answer has no body
    "HTTP status 500": "the server had an internal failure",
}


def read_many(
    paths: Iterable[str], storage: Mapping[str, Any] | None = None
) -> Iterator[bytes | OSError]:
    """Yield the bytes of each file, in the order of `paths`, or the OSError that kept them away.

    `reads_in_flight` of `storage` files are read at once (default: 64 from S3, 4 from this
    machine), and at most 64 MiB, or one file that is larger, are held besides what was yielded.
    `paths` is taken as it is needed. What the network or a busy server broke on S3 is tried again,
    `retries` times, after a random pause up to min(10 s, 0.1 s * 2**n): exponential backoff with
    full jitter (M. Brooker, "Exponential Backoff And Jitter", 2015).

    Raises ValueError at once for unusable options. Closing the iterator ends the reads.
    """
    options = Storage.of(storage)
    rest = iter(paths)
    first = next(rest, None)
    if first is None:
        return iter(())
    return _read_in_order(chain((first,), rest), options, options.reads(first))


def _read_in_order(
    paths: Iterator[str], options: Storage, window: int
) -> Iterator[bytes | OSError]:
    room = _Room(MOST_BYTES)
    pending: deque[Future[tuple[bytes | OSError, int]]] = deque()
    pool = ThreadPoolExecutor(window, thread_name_prefix="verger-read")
    try:
        for turn, path in enumerate(paths):
            pending.append(pool.submit(_read, path, options, room, turn))
            # Others go on while one that is slow is waited for.
            if len(pending) == _AHEAD * window:
                yield _handed_over(pending.popleft(), room)
        while pending:
            yield _handed_over(pending.popleft(), room)
    finally:
        room.close()
        pool.shutdown(cancel_futures=True)


def _handed_over(read: Future[tuple[bytes | OSError, int]], room: _Room) -> bytes | OSError:
    content, held = read.result()
    room.give_back(held)
    return content


class _Room:
    """Room for so many bytes, given out turn by turn. A file larger than all of it gets it whole.

    Turns are what keeps it from a standstill: the file that is waited for has its room before
    those behind it.
    """

    def __init__(self, most: int) -> None:
        self.closed = threading.Event()
        self._most = most
        self._held = 0
        self._turn = 0
        self._changed = threading.Condition()

    def take(self, turn: int, size: int) -> None:
        def free() -> bool:
            fits = self._held == 0 or self._held + size <= self._most
            return self.closed.is_set() or (self._turn == turn and fits)

        with self._changed:
            self._changed.wait_for(free)
            self._held += size
            self._turn += 1
            self._changed.notify_all()

    def give_back(self, size: int) -> None:
        with self._changed:
            self._held -= size
            self._changed.notify_all()

    def close(self) -> None:
        self.closed.set()
        self.give_back(0)


def _read(path: str, options: Storage, room: _Room, turn: int) -> tuple[bytes | OSError, int]:
    """Return what the file holds, or why it cannot be read, and the room taken for it."""
    taken: list[int] = []

    def take(size: int) -> None:
        if not taken:  # else this is another attempt
            taken.append(size)
            room.take(turn, size)

    try:
        return _read_with_retries(path, options, room.closed, take), taken[0]
    except ValueError as error:  # no place at all
        failure = OSError(f"Cannot read {path}: {error}")
    except OSError as error:
        failure = OSError(_sentence(path, error))
        failure.errno = error.errno
    take(0)
    return failure, taken[0]


def _read_with_retries(path: str, options: Storage, closed: threading.Event, take: Any) -> bytes:
    attempt = 0
    while True:
        try:
            return _read_once(path, options, take)
        except OSError as error:
            lasting = not is_s3(path) or isinstance(error, FileNotFoundError)
            lasting = lasting or bool(_cause(error, _LASTING))
            if lasting or attempt >= options.retries:
                raise
        pause = random.uniform(0, min(_LONGEST_S, _SHORTEST_S * 2**attempt))
        if closed.wait(pause):
            raise OSError(f"{path} is no longer wanted")
        attempt += 1


def _read_once(path: str, options: Storage, take: Any) -> bytes:
    filesystem, name = open_once(path, options)
    with filesystem.open_input_file(name) as file:
        size: int = file.size()
        take(size)
        content: bytes = file.read(size)
    if len(content) != size:
        raise OSError(f"it has {size} bytes, of which {len(content)} came")
    return content


def _cause(error: OSError, causes: Mapping[str, str]) -> str:
    """Return what cause the error has, in words; "" when it is none of these."""
    words = str(error)
    return next((cause for code, cause in causes.items() if code in words), "")


def _sentence(path: str, error: OSError) -> str:
    cause = _cause(error, {**_LASTING, **_PASSING})
    if not cause and error.errno:
        cause = os.strerror(error.errno)
        cause = cause[:1].lower() + cause[1:]
    if not cause:
        cause = str(error).partition("\n")[0].rpartition("operation: ")[2].rstrip(" .")
    return f"Cannot read {path}: {cause}."
