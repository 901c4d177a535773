# SPDX-License-Identifier: Apache-2.0
"""What a Python worker of an executor keeps between its tasks."""

from __future__ import annotations

import gc
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pyspark import TaskContext

T = TypeVar("T")

_MOST_KEPT = 4
_kept: OrderedDict[Hashable, Any] = OrderedDict()
_lock = threading.Lock()


def kept(key: Hashable, make: Callable[[], T]) -> T:
    """Return what `make` returned when this process first asked for `key`.

    The few used last are kept. `key` must tell everything that the result depends on.
    """
    with _lock:
        if key not in _kept:
            _kept[key] = make()
            _spare_the_collector()
            while len(_kept) > _MOST_KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        value: T = _kept[key]
        return value


def task_threads() -> int:
    """Return the cores that Spark gave this task: spark.task.cpus. 1 outside of a task."""
    context = _task()
    return 1 if context is None else int(context.cpus())


def _spare_the_collector() -> None:
    """Let collections pass over what a worker has loaded by now, which it keeps to its end.

    Spark collects garbage after each task of a worker: with NumPy and Arrow loaded, 40 ms of it.
    """
    if _task() is not None:
        gc.freeze()


def _task() -> TaskContext | None:
    from pyspark import TaskContext  # noqa: PLC0415 - the command line is parsed without it

    return TaskContext.get()
