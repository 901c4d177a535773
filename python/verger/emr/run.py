"""run = create → submit → terminate, so that nothing is left that costs money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from verger.emr import cluster, steps
from verger.emr.archive import Archive
from verger.emr.aws import Aws
from verger.emr.config import ClusterConfig
from verger.emr.console import Console
from verger.emr.errors import UsageError
from verger.emr.estimate import bill
from verger.emr.request import run_job_flow
from verger.emr.steps import SparkJob
from verger.emr.upload import upload


class TerminatedError(KeyboardInterrupt):
    """Whoever started the program asks it to end, and there is nobody to ask back."""


@dataclass(frozen=True)
class Job:
    """What is to run, and on what."""

    config: ClusterConfig
    archive: Archive
    spark: SparkJob
    keep: bool = False  # leave the cluster to its idle limit


def ends_itself(config: ClusterConfig) -> str:
    """Return the sentence that says when a cluster ends without anybody."""
    return (
        f"it ends itself after {config.idle_timeout_minutes} min without work, "
        f"{config.max_age_hours:g} h after its start at the latest"
    )


def run(aws: Aws, job: Job, console: Console, ask: Callable[[str], bool]) -> dict[str, Any]:
    """Run it; return what was done. The cluster is terminated whatever happens, unless `job.keep`.

    When interrupted, `ask` is asked whether to terminate. StepFailedError, AwsError, UsageError.
    """
    steps.check_options(job.spark)
    if job.config.termination_protected and not job.keep:
        raise UsageError(
            "termination_protected is true, and run would terminate the cluster; give --keep."
        )
    request = run_job_flow(job.config, job.archive)
    upload(aws, job.config, job.archive)
    cluster_id = cluster.start(aws, request)
    console.note(f"cluster {cluster_id} starts; {ends_itself(job.config)}")
    end = not job.keep
    try:
        cluster.wait_until_ready(aws, cluster_id, console.progress)
        step_id = steps.submit(aws, cluster_id, job.spark)
        console.note(f"step {step_id}: {job.spark.input} -> {job.spark.output}")
        steps.follow(aws, cluster_id, step_id, console.progress)
    except TerminatedError:
        end = True
        raise
    except KeyboardInterrupt:
        end = ask(f"Terminate cluster {cluster_id}?")
        raise
    finally:
        if end:
            cluster.terminate(aws, cluster_id, console.progress)
            console.note(f"cluster {cluster_id} is terminated")
        else:
            console.note(
                f"cluster {cluster_id} goes on; {ends_itself(job.config)}, "
                f"or by: verger-emr terminate {cluster_id}"
            )
    cost = bill(cluster.instances_of(aws, cluster_id), job.config.region)
    return {"cluster_id": cluster_id, "step_id": step_id, "output": job.spark.output,
            "terminated": end, "cost_usd": round(cost.total, 4), "prices": cost.date}  # fmt: skip
