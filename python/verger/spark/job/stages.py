"""Shards as tasks of Spark jobs that say in Spark's UI what they do."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

from verger._verger import ModelError
from verger.spark.job.console import Console, Progress

if TYPE_CHECKING:
    from pyspark import SparkContext

T = TypeVar("T")

_POLL_SECONDS = 0.3
_PROPERTIES = ("spark.jobGroup.id", "spark.job.description", "spark.job.interruptOnCancel")
_KINDS: dict[str, type[Exception]] = {"io": OSError, "argument": ValueError, "model": ModelError}


class TaskError(RuntimeError):
    """What a task raises: its kind and one sentence, by which the driver knows it again."""


def _task_error(error: Exception) -> TaskError:
    kind = "argument"
    if isinstance(error, OSError):
        kind = "model" if isinstance(error, ModelError) else "io"
    return TaskError(f"{kind}: {' '.join(_utf8(str(error)).split())}")


def _utf8(text: str) -> str:
    """File names need not be UTF-8, but what the Java side is told must be."""
    return text.encode("utf-8", "replace").decode()


class Stages:
    """Runs work over shards, one task a shard."""

    def __init__(self, context: SparkContext, console: Console) -> None:
        """Run as jobs of `context`."""
        self.context = context
        self._console = console
        self.group = f"verger-{uuid.uuid4()}"

    def run(
        self,
        name: str,
        description: str,
        items: Sequence[T],
        work: Callable[[T, int], dict[str, Any]],
    ) -> list[dict[str, Any]]:
        """Return work(item, attempt) of every item, in order.

        `work` goes to the executors. A task that raises is tried again as often as Spark is told
        to (spark.task.maxFailures); what it raised last is raised here.
        """
        if not items:
            return []
        progress = Progress(self._console, name, len(items))
        tasks = self.context.parallelize(items, len(items)).mapPartitions(_partition_of(work))
        tasks.setName(f"verger {name}")
        with self._described(description), self._watched(progress):
            try:
                results: list[dict[str, Any]] = tasks.collect()
            except KeyboardInterrupt:
                self.context.cancelJobGroup(self.group)
                raise
            except Exception as error:
                raise _cause(error, name) from error
        progress.finish()
        return results

    @contextmanager
    def _described(self, description: str) -> Iterator[None]:
        """Give the job its group and description; afterwards the caller has its own again."""
        before = {name: self.context.getLocalProperty(name) for name in _PROPERTIES}
        self.context.setJobGroup(self.group, _utf8(description), interruptOnCancel=True)
        try:
            yield
        finally:
            for name, value in before.items():
                self.context.setLocalProperty(name, cast("str", value))  # None takes it away

    @contextmanager
    def _watched(self, progress: Progress) -> Iterator[None]:
        stop = threading.Event()

        def watch() -> None:
            while not stop.wait(_POLL_SECONDS):
                progress.update(self._tasks_done())

        thread = threading.Thread(target=watch, name="verger-progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _tasks_done(self) -> int:
        tracker = self.context.statusTracker()
        done = 0
        for job in tracker.getActiveJobsIds():
            info = tracker.getJobInfo(job)
            if info is None or job not in tracker.getJobIdsForGroup(self.group):
                continue
            stages = [tracker.getStageInfo(stage) for stage in info.stageIds]
            done += sum(stage.numCompletedTasks for stage in stages if stage is not None)
        return done


def _partition_of(
    work: Callable[[T, int], dict[str, Any]],
) -> Callable[[Iterable[T]], Iterator[dict[str, Any]]]:
    def run(items: Iterable[T]) -> Iterator[dict[str, Any]]:
        from pyspark import TaskContext  # noqa: PLC0415 - of the executor

        context = TaskContext.get()
        attempt = context.attemptNumber() if context is not None else 0
        for item in items:
            try:
                yield work(item, attempt)
            except (OSError, ValueError) as error:
                readable = str(error) == _utf8(str(error))
                raise _task_error(error) from (error if readable else None)

    return run


def _cause(error: Exception, name: str) -> Exception:
    """Return what the task raised, out of what Spark made of it."""
    text = str(error)
    found = re.search(r"TaskError: (io|argument|model): (.*)", text)
    if found:
        return _KINDS[found[1]](found[2].strip())
    reason = next((line.strip() for line in text.splitlines() if "Exception" in line), text)
    return RuntimeError(f"Spark gave up on the stage '{name}': {reason[:500]}")
