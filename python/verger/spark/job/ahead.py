"""Work that is begun ahead of whoever takes the results, in order and within bounds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def ahead(
    items: Iterable[T],
    work: Callable[[T], R],
    workers: int,
    *,
    weight: Callable[[T], int] = lambda item: 1,
    most: int | None = None,
) -> Iterator[tuple[T, R]]:
    """Yield (item, work(item)) in order, with `workers` threads at work meanwhile.

    What is begun and not yet taken weighs at most `most` (default: two items a worker), unless one
    item alone does.
    """
    limit = 2 * workers if most is None else most
    begun: deque[tuple[T, Future[R], int]] = deque()
    held = 0
    with ThreadPoolExecutor(workers, thread_name_prefix="verger-ahead") as pool:
        try:
            for item in items:
                load = weight(item)
                while begun and (held + load > limit or len(begun) >= 4 * workers):
                    first, future, freed = begun.popleft()
                    held -= freed
                    yield first, future.result()
                begun.append((item, pool.submit(work, item), load))
                held += load
            while begun:
                first, future, _ = begun.popleft()
                yield first, future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
