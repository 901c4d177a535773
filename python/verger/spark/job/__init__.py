"""The whole chain as a Spark application: Spark drives the program's shard worker.

    from verger.spark.job import run, update

    record = run(spark, "s3://bucket/Test", "s3://bucket/Results", variance=0.95)
    record = update(spark, "s3://bucket/Test", "s3://bucket/Results")

The output is that of ``verger run`` to the bit, on machines of one kind, and either may go on with
what the other began (docs/formats.md). docs/spark.md tells how to run it.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from verger._verger import run_options
from verger.spark._storage_errors import with_keywords
from verger.spark.job.console import Console
from verger.spark.job.road import run_job
from verger.spark.job.update_road import update_job

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

__all__ = ["run", "update"]


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
    console = Console(log_format, quiet=quiet, keywords=True)
    places = os.fspath(input), os.fspath(output)
    with _keywords_named():
        return run_job(spark, *places, run_options(_given(options)), console)


def update(  # noqa: PLR0913
    spark: SparkSession,
    input: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    refit: str = "auto",
    quiet: bool = False,
    log_format: str = "text",
    **options: Any,
) -> dict[str, Any]:
    """Bring an output of `run` up to date with its photographs; return _verger/run.json.

    Only photographs that are new or changed are read; the rows of those that are gone are left out.
    When there is nothing to do, nothing is written, and the record's `state` is "unchanged".

    Args:
        spark: The session; its executors need this package, and access to both places.
        input: The photographs, as for `run`.
        output: What `run`, or the program, made of them before.
        refit: Fit the model anew: "auto", when rows of features came, went or changed; "always";
            or "never", new rows are projected by the model that is there.
        quiet: Show no progress.
        log_format: "text", or "json": one object a line.
        options: Those of `run` but for `overwrite`, `resume` and `parts`. What is not given is as
            it was when the output was made; other options are refused, as are other weights.

    Raises:
        ValueError: An option is unusable, or not that of the output.
        verger.ModelError: The weights or the model are.
        OSError: INPUT or OUTPUT is, or another run writes OUTPUT.
        RuntimeError: Spark itself gave up.
    """
    console = Console(log_format, quiet=quiet, keywords=True)
    places = os.fspath(input), os.fspath(output)
    with _keywords_named():
        return update_job(spark, places, _given(options), refit, console)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {
        name: os.fspath(value) if isinstance(value, os.PathLike) else value
        for name, value in options.items()
        if value is not None
    }


@contextmanager
def _keywords_named() -> Iterator[None]:
    """Name options as keywords in what is raised."""
    try:
        yield
    except (OSError, ValueError) as error:
        if "--" not in str(error):
            raise
        raise type(error)(with_keywords(str(error))) from error
