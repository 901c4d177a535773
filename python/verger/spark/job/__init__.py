# SPDX-License-Identifier: Apache-2.0
"""The program's commands as jobs of Spark: the program drives, and Spark is its crew.

    record = run(spark, "s3://bucket/Test", "s3://bucket/Results", variance=0.95)

What they leave is what the program leaves by itself, on machines of one kind to the bit, and either
goes on with what the other began (docs/spark.md; docs/crew.md tells how it works).

`input` are photographs: a path that all machines share, or s3://bucket/key; `output` is a folder,
made when absent. The executors need access to both, and the program, which on a cluster
``--archives verger-….tar.gz#verger`` brings. All else is as of `verger.run` and the like: options,
`progress`, what is returned, and the exceptions; RuntimeError besides, when Spark itself gave up.
`threads` are the images that one task works on at once (default: spark.task.cpus).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verger._console import Console
from verger._program import words_of
from verger._result import Inspection, Result
from verger.spark.job.crew import Crew
from verger.spark.job.program import Driver

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from verger._program import Place

__all__ = ["apply", "extract", "inspect", "reduce", "run", "update"]


def run(spark: SparkSession, input: Place, output: Place, **options: Any) -> Result:
    """Turn the photographs of `input` into the tables of `output`."""
    return Result._of(output, _job(spark, "run", [input, output], options))


def extract(spark: SparkSession, input: Place, output: Place, **options: Any) -> Result:
    """Turn photographs into features, the first half of `run`."""
    return Result._of(output, _job(spark, "extract", [input, output], options))


def reduce(
    spark: SparkSession, input: Place, output: Place | None = None, **options: Any
) -> Result:
    """Turn what `extract` or `run` left in `input` into reduced features, there by default."""
    places = [input] if output is None else [input, output]
    return Result._of(places[-1], _job(spark, "reduce", places, options))


def apply(spark: SparkSession, input: Place, output: Place, **options: Any) -> Result:
    """Take new photographs through a saved model, the option `model`."""
    return Result._of(output, _job(spark, "apply", [input, output], options))


def update(spark: SparkSession, input: Place, output: Place, **options: Any) -> Result:
    """Bring an output of `run` up to date with its photographs, as `verger.update` does."""
    return Result._of(output, _job(spark, "update", [input, output], options))


def inspect(spark: SparkSession, output: Place, **options: Any) -> Inspection:
    """Look whether an output is whole. The executors read its files."""
    return Inspection(_job(spark, "inspect", [output], {**options, "json": True}))


def _job(
    spark: SparkSession, command: str, places: list[Place], options: dict[str, Any]
) -> dict[str, Any]:
    given = dict(options)
    log_format = given.pop("log_format", "text")
    console = Console(log_format, progress=given.pop("progress", True))
    try:
        with Driver(words_of(command, places, given), console.tell) as driver:
            end, crew = None, None
            if driver.begin():
                crew = Crew(driver, spark.sparkContext, given.get("threads"))
                end = crew.serve()
            if end is None or "error" in end:
                raise (crew and crew.gave_up) or driver.failure(end)
            record: dict[str, Any] = end["record"]
            return record
    finally:
        console.close()
