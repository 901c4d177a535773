"""What the Spark contestants share: the session, the warm-up and the clock.

All have the same session: local[2], unless spark-submit says where; nothing is set that would
favour one of them. The clock starts when the session stands and a few photographs have gone the
same way in it, so that the JVM is up and the Python workers have imported what they need.
"""

import argparse
import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pyspark.sql import SparkSession

SETTINGS = {
    "spark.driver.memory": "4g",
    "spark.driver.maxResultSize": "4g",
    "spark.log.level": "ERROR",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_TICKS = os.sysconf("SC_CLK_TCK")


def arguments() -> argparse.Namespace:
    """Read a contestant's command line."""
    parser = argparse.ArgumentParser()
    for name in ("photographs", "warm_up", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("weights")
    parser.add_argument("report", type=Path)
    parser.add_argument("--layout", default="tables", help="of verger's output")
    parser.add_argument("--route", help="by which images are read")
    parser.add_argument("--submitted", action="store_true", help="spark-submit says where")
    return parser.parse_args()


def start(*, submitted: bool = False, settings: dict[str, str] | None = None) -> SparkSession:
    """Start the session."""
    builder = SparkSession.builder.appName("verger's benchmarks")
    if not submitted:
        builder = builder.master("local[2]")
    for name, value in (SETTINGS | (settings or {})).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def tree_cpu_seconds(root: int | None = None) -> float:
    """Return the CPU time of a process (this one) and all below it: the JVM, Python workers."""
    parents, seconds = {}, {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            parents[int(entry.name)] = int(fields[1])
            seconds[int(entry.name)] = sum(map(int, fields[11:15])) / _TICKS  # the reaped as well
    total, below = 0.0, [root or os.getpid()]
    while below:
        process = below.pop()
        total += seconds.get(process, 0)
        below += [child for child, parent in parents.items() if parent == process]
    return total


@contextlib.contextmanager
def clock() -> Iterator[dict[str, float]]:
    """Measure what is done inside: `seconds` on the wall, `cpu_s` of the whole tree."""
    figures: dict[str, float] = {}
    cpu, wall = tree_cpu_seconds(), time.perf_counter()
    yield figures
    figures["seconds"] = time.perf_counter() - wall
    figures["cpu_s"] = tree_cpu_seconds() - cpu


Step = Callable[[Path, Path], dict | None]  # photographs, out


def contend(step: Step, given: argparse.Namespace, warm_up: Step | None = None) -> None:
    """Warm up (by `step` itself), run `step` while the clock runs, and leave the report.

    What `step` returns goes into the report, over what the clock says.
    """
    warm = given.out.with_name(f"{given.out.name}-warm")
    with clock() as warming:
        (warm_up or step)(given.warm_up, warm)
    shutil.rmtree(warm, ignore_errors=True)  # for the next round
    with clock() as figures:
        more = step(given.photographs, given.out)
    report = {"warm_up_s": warming["seconds"], **figures, **(more or {})}
    given.report.write_text(json.dumps(report))
