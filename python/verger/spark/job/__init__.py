# SPDX-License-Identifier: Apache-2.0
"""The program's commands as jobs of Spark: the program drives, and Spark is its crew.

    record = run(spark, "s3://bucket/Test", "s3://bucket/Results", variance=0.95)

What they leave is what the program leaves by itself, on machines of one kind to the bit, and either
goes on with what the other began (docs/spark.md; docs/crew.md tells how it works).

`input` are photographs: a path that all machines share, or s3://bucket/key; `output` is a folder,
made when absent. The executors need access to both, and the program, which on a cluster
``--archives verger-….tar.gz#verger`` brings. The options of each are those of the program's
command, with underscores: ``variance=0.95``, ``resume=True``, ``layout="notebook"``, …. None stands
for the default. `threads` are the images that one task works on at once (default: spark.task.cpus);
`quiet` shows nothing but warnings, and ``log_format="json"`` one object a line.

All return _verger/run.json, but for `inspect`. They raise ValueError when an option is unusable,
verger.ModelError when the weights or the model are, OSError when a place is or another run writes
the output, and RuntimeError when Spark itself gave up, each with one sentence.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Union

from verger._errors import with_keywords
from verger.spark.job.console import Console
from verger.spark.job.crew import Crew
from verger.spark.job.program import Driver

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["apply", "extract", "inspect", "reduce", "run", "update"]

Place = Union[str, "os.PathLike[str]"]


def run(spark: SparkSession, input: Place, output: Place, **options: Any) -> dict[str, Any]:
    """Turn the photographs of `input` into the tables of `output`."""
    return _job(spark, "run", [input, output], options)


def extract(spark: SparkSession, input: Place, output: Place, **options: Any) -> dict[str, Any]:
    """Turn photographs into features, the first half of `run`."""
    return _job(spark, "extract", [input, output], options)


def reduce(
    spark: SparkSession, input: Place, output: Place | None = None, **options: Any
) -> dict[str, Any]:
    """Turn what `extract` or `run` left in `input` into reduced features, there by default."""
    return _job(spark, "reduce", [input] if output is None else [input, output], options)


def apply(spark: SparkSession, input: Place, output: Place, **options: Any) -> dict[str, Any]:
    """Take new photographs through a saved model, the option `model`."""
    return _job(spark, "apply", [input, output], options)


def update(spark: SparkSession, input: Place, output: Place, **options: Any) -> dict[str, Any]:
    """Bring an output of `run` up to date with its photographs.

    Only photographs that are new or changed are read; the rows of those that are gone are left out.
    When there is nothing to do, nothing is written, and the record's `state` is "unchanged".
    `refit` is "auto", "always" or "never". Options that are not given are as they were when the
    output was made; others are refused, as are other weights.
    """
    return _job(spark, "update", [input, output], options)


def inspect(spark: SparkSession, output: Place, **options: Any) -> dict[str, Any]:
    """Return what ``verger inspect --json`` finds; of a faulty output as well, see its `checks`.

    The executors read the output's files.
    """
    return _job(spark, "inspect", [output], options)


def _job(
    spark: SparkSession, command: str, places: list[Place], options: dict[str, Any]
) -> dict[str, Any]:
    given = dict(options)
    console = Console(given.pop("log_format", "text"), quiet=given.pop("quiet", False))
    words = [command, *_flags(given), "--", *(os.fspath(place) for place in places)]
    with Driver(words, console.tell) as driver:
        end, crew = None, None
        if driver.begin():
            crew = Crew(driver, spark.sparkContext, given.get("threads"), console.progress)
            end = crew.serve()
        if end is None or "error" in end:
            failure = (crew and crew.gave_up) or driver.error(end)
            raise type(failure)(with_keywords(str(failure))) from failure.__cause__
        record: dict[str, Any] = end["record"]
        return record


def _flags(options: dict[str, Any]) -> list[str]:
    """Return options as flags: on or off as --name=true, =false; a list as one given again."""
    return [
        f"--{name.replace('_', '-')}={str(value).lower() if isinstance(value, bool) else value}"
        for name, values in options.items()
        for value in (values if isinstance(values, (list, tuple)) else [values])
        if value is not None
    ]
