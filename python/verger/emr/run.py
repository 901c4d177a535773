# SPDX-License-Identifier: Apache-2.0
"""run = create → submit → end, so that nothing is left that costs money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from verger.emr import steps
from verger.emr.archive import Archive
from verger.emr.config import ClusterConfig, Description
from verger.emr.console import Console
from verger.emr.errors import UsageError
from verger.emr.steps import SparkJob
from verger.emr.targets import Target, create


class TerminatedError(KeyboardInterrupt):
    """Whoever started the program asks it to end, and there is nobody to ask back."""


@dataclass(frozen=True)
class Job:
    """What is to run, and on what."""

    config: Description
    archive: Archive
    spark: SparkJob
    keep: bool = False  # leave the cluster or application to its idle limit


def run(target: Target, job: Job, console: Console, ask: Callable[[str], bool]) -> dict[str, Any]:
    """Run it; return what was done. What was made is ended whatever happens, unless `job.keep`.

    When interrupted, `ask` is asked whether to terminate. StepFailedError, AwsError, UsageError.
    """
    steps.check_options(job.spark)
    config, noun = job.config, target.noun
    protected = isinstance(config, ClusterConfig) and config.termination_protected
    if protected and not job.keep:
        raise UsageError(
            "termination_protected is true, and run would terminate the cluster; give --keep."
        )
    made = create(target, config, job.archive)
    console.note(f"{noun} {made} starts; {config.ends}")
    end, bill = not job.keep, None
    try:
        target.wait_until_ready(made, console.progress)
        job_id = target.submit(made, job.spark, console.progress)
        console.note(f"{target.job} {job_id}: {job.spark.input} -> {job.spark.output}")
        target.follow(made, job_id, console.progress)
    except TerminatedError:
        end = True
        raise
    except KeyboardInterrupt:
        end = ask(f"Terminate {noun} {made}?")
        raise
    finally:
        if end:
            bill = target.end(target.find(made), console.progress)
            console.note(f"{noun} {made} is terminated")
        else:
            console.note(
                f"{noun} {made} goes on; {config.ends}, or by: verger-emr terminate {made}"
            )
    cost = bill or target.bill(target.find(made))
    return {f"{noun}_id": made, target.job_key: job_id, "output": job.spark.output,
            "terminated": end, "cost_usd": round(cost.total, 4), "prices": cost.date}  # fmt: skip
