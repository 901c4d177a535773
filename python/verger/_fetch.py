# SPDX-License-Identifier: Apache-2.0
"""Reads many files at once, from this machine or from S3.

Spark's own binaryFile reads one object after another, so that each waits for the answer to the one
before it. `read_many` keeps many requests under way and hands the files over in their order.
"""

from __future__ import annotations

import os
import random
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING, Any

from verger._places import Storage, is_s3, open_once
from verger._secrets import CredentialError
from verger._storage_errors import io_error, is_lasting

if TYPE_CHECKING:
    from pyarrow import NativeFile

MOST_BYTES = 64 << 20  # read and not yet handed over
_AHEAD = 4
_TAIL = 8  # bytes that show whether an answer came to its end
_LOOKS = 3  # at an end that may be there by chance
_SHORTEST_S = 0.1
_LONGEST_S = 10.0


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
        return read_whole(path, options, take, room.closed), taken[0]
    except CredentialError as error:
        failure = OSError(str(error))
    except ValueError as error:  # no place at all
        failure = OSError(f"Cannot read {path}: {error}")
    except OSError as error:
        failure = io_error("read", path, error)
    take(0)
    return failure, taken[0]


def read_whole(
    path: str,
    options: Storage,
    take: Callable[[int], None] = lambda size: None,
    unwanted: threading.Event | None = None,
) -> bytes:
    """Return all of a file, with the retries of read_many().

    `take` is told its size before each attempt to read it; `unwanted` ends the pauses between them.
    Raises OSError as Arrow does, and ValueError for what is no place.
    """
    unwanted = unwanted or threading.Event()
    attempt = 0
    while True:
        try:
            return _read_once(path, options, take)
        except OSError as error:
            if not is_s3(path) or is_lasting(error) or attempt >= options.retries:
                raise
        pause = random.uniform(0, min(_LONGEST_S, _SHORTEST_S * 2**attempt))
        if unwanted.wait(pause):
            raise OSError(f"{path} is no longer wanted")
        attempt += 1


def _read_once(path: str, options: Storage, take: Callable[[int], None]) -> bytes:
    filesystem, name = open_once(path, options)
    with filesystem.open_input_file(name) as file:
        size: int = file.size()
        take(size)
        return _read_all(file, size)


def _read_all(file: NativeFile, size: int) -> bytes:
    """Return all bytes, or raise OSError when fewer came than that.

    Of a short answer whose head agrees with it Arrow says that all came. So bytes of no meaning
    stand at the buffer's end before: answers are written from the front, and if the last byte
    changed, all came. An object may hold the same there by chance; then another read tells.
    """
    content = bytearray(size)
    tail = min(size, _TAIL)
    for _ in range(_LOOKS):
        before = os.urandom(tail)
        content[size - tail :] = before
        file.seek(0)
        came = file.readinto(memoryview(content))
        if came != size:
            raise OSError(f"it has {size:,} bytes, of which {came:,} came")
        if not tail or content[-1] != before[-1]:
            return bytes(content)
    raise OSError(f"the server sent fewer than the {size:,} bytes that it was asked for")
