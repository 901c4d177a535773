"""The whole chain as a Spark application: Spark drives the program's shard worker.

    from verger.spark.job import run

    record = run(spark, "s3://bucket/Test", "s3://bucket/Results", variance=0.95)

The output is that of ``verger run`` to the bit, on machines of one kind, and either may go on with
what the other began (docs/formats.md). docs/spark.md tells how to run it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from verger._verger import run_options
from verger.spark._storage_errors import with_keywords
from verger.spark.job.console import Console
from verger.spark.job.road import run_job

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["run"]


def run(
    spark: SparkSession,
    input: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    quiet: bool = False,
    log_format: str = "text",
    **options: Any,
) -> dict[str, Any]:
    """Turn the photographs of `input` into the tables of `output`; return _verger/run.json.

    Args:
        spark: The session; its executors need this package, and access to both places.
        input: A folder of photographs: a path that all machines share, or s3://bucket/key.
        output: A folder for the tables; made when absent.
        quiet: Show no progress.
        log_format: "text", or "json": one object a line.
        options: Those of ``verger run``, with underscores: ``variance=0.95``, ``resume=True``,
            ``layout="notebook"``, ``weights="s3://bucket/weights.h5"``, …. None stands for the
            default. `threads` are those of one task (default: spark.task.cpus).

    Raises:
        ValueError: An option is unusable.
        verger.ModelError: The weights or the model are.
        OSError: INPUT or OUTPUT is, or another run writes OUTPUT.
        RuntimeError: Spark itself gave up.
    """
    given = {
        name: os.fspath(value) if isinstance(value, os.PathLike) else value
        for name, value in options.items()
        if value is not None
    }
    console = Console(log_format, quiet=quiet, keywords=True)
    places = os.fspath(input), os.fspath(output)
    try:
        return run_job(spark, *places, run_options(given), console)
    except (OSError, ValueError) as error:
        if "--" not in str(error):
            raise
        raise type(error)(with_keywords(str(error))) from error
