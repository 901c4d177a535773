# SPDX-License-Identifier: Apache-2.0
"""What the contestants share: Spark's session, the warm-up and the clock.

Those in Spark have the same session: local[2], unless the command line or spark-submit says
otherwise; nothing is set that would favour one of them. The clock starts when the session stands
and a few photographs have gone the same way in it, so that the JVM is up and the Python workers
have imported what they need.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import processes

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SETTINGS = {
    "spark.driver.memory": "4g",
    "spark.driver.maxResultSize": "4g",
    "spark.log.level": "ERROR",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def arguments() -> argparse.Namespace:
    """Read a contestant's command line."""
    parser = argparse.ArgumentParser()
    for name in ("photographs", "warm_up", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("weights")
    parser.add_argument("report", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--layout", default="tables", help="of verger's output")
    parser.add_argument("--route", help="by which images are read")
    parser.add_argument("--submitted", action="store_true", help="spark-submit says where")
    return parser.parse_args()


def start(
    *, submitted: bool = False, threads: int = 2, settings: dict[str, str] | None = None
) -> SparkSession:
    """Start the session."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - of those in Spark

    builder = SparkSession.builder.appName("verger's benchmarks")
    if not submitted:
        builder = builder.master(f"local[{threads}]")
    for name, value in (SETTINGS | (settings or {})).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


@contextlib.contextmanager
def clock() -> Iterator[dict[str, float]]:
    """Measure what is done inside: `seconds` on the wall, `cpu_s` of the whole tree."""
    figures: dict[str, float] = {}
    cpu, wall = processes.cpu_seconds(), time.perf_counter()
    yield figures
    figures["seconds"] = time.perf_counter() - wall
    figures["cpu_s"] = processes.cpu_seconds() - cpu


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
