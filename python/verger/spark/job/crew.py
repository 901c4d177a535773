# SPDX-License-Identifier: Apache-2.0
"""Spark as the crew of a run (docs/crew.md): a stage's orders become the tasks of a Spark job."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verger.spark.job import work
from verger.spark.job.program import PROTOCOL, Driver

if TYPE_CHECKING:
    from pyspark import Broadcast, SparkContext

_PATIENCE_S = 30.0  # for tasks that were cancelled


class Crew:
    """Serves one driver, in the thread that calls serve().

    Other threads put events into a queue: some read what the driver says, another waits for the
    job of Spark, and Spark's own brings the outcomes as they come.
    """

    def __init__(self, driver: Driver, context: SparkContext, threads: int | None) -> None:
        """Take the images at once of a task, by default spark.task.cpus."""
        self._driver, self._context = driver, context
        self._threads = threads or int(context.getConf().get("spark.task.cpus", "1"))
        self._events = driver.events
        self._group = f"verger-{uuid.uuid4()}"
        self._stage: dict[str, Any] = {}
        self._orders: list[str] = []
        self._done: set[str] = set()  # orders of the stage
        self._job: threading.Thread | None = None
        self.gave_up: Exception | None = None  # RuntimeError, when Spark failed by itself

    def serve(self) -> dict[str, Any] | None:
        """Do what the driver orders; return its last message, None if it died without one.

        Raises KeyboardInterrupt once the driver has tidied up.
        """
        if _is_local(self._context) and "PYSPARK_PYTHON" not in os.environ:
            self._context.pythonExec = sys.executable  # and not some python3 of $PATH
        threading.Thread(target=self._hear, daemon=True).start()
        try:
            self._driver.send(json.dumps(self._hello()))
            return self._until_the_end()
        except KeyboardInterrupt:
            self._driver.interrupt()
            self._context.cancelJobGroup(self._group)
            self._until_the_end()
            raise
        finally:
            self._end_job()

    def _hello(self) -> dict[str, Any]:
        names = {"version": "version", "master": "master", "application": "applicationId"}
        spark = {name: getattr(self._context, of) for name, of in names.items()}
        return {"type": "hello", "protocol": PROTOCOL, "spark": spark}

    def _hear(self) -> None:
        while (line := self._driver.read()) is not None:
            self._events.put(("message", line))
        self._events.put(("closed", None))

    def _until_the_end(self) -> dict[str, Any] | None:
        """Take events until the driver's last message, which is returned; None if it says none."""
        while True:
            event, what = self._events.get()
            if event == "closed":
                return None
            if event == "message":
                message = json.loads(what)
                if message["type"] == "end":
                    return dict(message)
                self._take(message, what)
            elif event == "told":
                self._driver.tell(what)
            elif event == "outcome":
                self._deliver(what)
            else:
                self._close_stage(*what)

    def _take(self, message: dict[str, Any], line: str) -> None:
        if message["type"] == "stage":
            self._stage, self._orders, self._done = message, [], set()
        elif message["type"] == "order":
            self._orders.append(line)
            if len(self._orders) == self._stage["orders"]:
                self._start_job()

    def _deliver(self, line: str) -> None:
        self._driver.send(line)
        self._done.add(json.loads(line)["order"])
        if len(self._done) == len(self._orders):
            self._end_job()  # before the driver's next stage

    def _start_job(self) -> None:
        from pyspark import InheritableThread  # noqa: PLC0415 - it has the caller's scheduler pool

        self._job = InheritableThread(target=self._run_job, daemon=True)
        self._job.start()

    def _run_job(self) -> None:
        context, stage = self._context, self._stage
        failure, data = None, None
        try:
            task, data = self._task(stage["network"] or {})
            context.setJobGroup(self._group, stage["description"], True)
            orders = context.parallelize(self._orders, len(self._orders))
            orders.mapPartitions(task).setName(f"verger {stage['stage']}").collect()
        except Exception as error:  # whatever Spark raises, the driver must hear of it
            failure = error
        if data is not None:
            data.destroy()
        self._events.put(("ended", (stage, failure)))

    def _task(self, network: dict[str, Any]) -> tuple[work.Task, Broadcast[bytes] | None]:
        """Return what is sent to the executors, and what is to be destroyed afterwards."""
        from pyspark import cloudpickle  # noqa: PLC0415

        context, local = self._context, _is_local(self._context)
        file, data = None, None
        if path := network.get("file"):
            data = None if local else context.broadcast(Path(path).read_bytes())
            file = work.NetworkFile(path, network["sha256"], data)
        by_value: Any = cloudpickle.register_pickle_by_value
        by_value(work)
        task = work.Task(
            self._driver.program, self._threads, file, local=local, keywords=self._driver.keywords
        )
        deliver: Any = work.Outcomes(lambda line: self._events.put(("outcome", line)))
        task.outcomes = context.accumulator([], deliver)
        return task, data

    def _close_stage(self, stage: dict[str, Any], failure: Exception | None) -> None:
        """Spark is done with the stage: if it failed, the driver is told why and ends the run."""
        names = (str(json.loads(order)["order"]) for order in self._orders)
        missing = [name for name in names if name not in self._done]
        if stage is not self._stage or not missing:
            return
        error = re.search(r"TaskError: (\{.*\})", str(failure))
        outcome = {"type": "outcome", "order": missing[0], "attempt": 0}
        if error:
            outcome.update(json.loads(error[1]))
        else:
            why = cause_of(failure) if failure else "it lost outcomes of tasks"
            told = f"Spark gave up on the stage '{stage['stage']}': {why}"
            self.gave_up = RuntimeError(told)
            self.gave_up.__cause__ = failure
            outcome["error"] = {"kind": "io", "message": told}
        self._driver.send(json.dumps(outcome))

    def _end_job(self) -> None:
        if self._job is None:
            return
        if len(self._done) < len(self._orders):
            self._context.cancelJobGroup(self._group)
        self._job.join(_PATIENCE_S)
        self._job = None


def _is_local(context: SparkContext) -> bool:
    return str(context.master).startswith("local") and "cluster" not in str(context.master)


def cause_of(failure: Exception) -> str:
    """Return the sentence that says why, out of what Spark and Python make of it."""
    lines = [line.strip() for line in str(failure).splitlines()]
    raised = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Interrupt)\b: ", line)]
    inside = [line for line in raised if not re.match(r"(org|java|py4j|pyspark)\.", line)]
    aborted = [line for line in lines if "most recent failure: " in line]
    chosen = (inside[-1:] or aborted[:1] or raised[:1] or lines[:1] or [repr(failure)])[0]
    return chosen.rpartition("most recent failure: ")[2].rstrip(".") + "."
