# SPDX-License-Identifier: Apache-2.0
"""The Spark job as a step of a cluster: what is sent, and following it to its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verger.emr.aws import Aws, pages, said
from verger.emr.cluster import (
    ENDED,
    check_ours,
    describe,
    reason_of,
    state_of,
    tags_of,
)
from verger.emr.errors import AwsError, StepFailedError, UsageError
from verger.emr.ours import files_of
from verger.emr.parts import refuse_secrets
from verger.emr.places import Folder, split
from verger.emr.wait import Tell, until
from verger.spark.job.program import Driver
from verger.spark.job.work import VARIABLE

RUNNER = "command-runner.jar"
UNPACKED = "verger"  # the bundle, in the working folder of each container
_OVER = ("COMPLETED", "CANCELLED", "FAILED", "INTERRUPTED")
_ELSEWHERE = ("--master", "--conf", "--log-format")


@dataclass(frozen=True)
class SparkJob:
    """What verger-spark is to do."""

    input: str
    output: str
    options: tuple[str, ...] = ()
    update: bool = False  # bring up to date what an earlier run left in `output`

    @property
    def command(self) -> str:
        """The command of verger-spark."""
        return "update" if self.update else "run"

    @property
    def words(self) -> tuple[str, ...]:
        """The command with all that it is given."""
        return (self.command, self.input, self.output, *self.options)

    @property
    def name(self) -> str:
        """What people see of it in lists."""
        return f"verger {self.command} {self.input}"[:256]


def spark_submit(folder: Folder, archive: str, job: SparkJob) -> list[str]:
    """Return the command that does the job: `archive` is unpacked as ./verger on each node.

    One attempt: a second would find the first one's output, and which of the two to trust is for
    people to say (--resume, --overwrite, another update).
    """
    return [
        "spark-submit", "--master", "yarn", "--deploy-mode", "cluster", "--name", "verger",
        "--archives", f"{archive}#{UNPACKED}",
        "--conf", f"spark.yarn.appMasterEnv.{VARIABLE}={UNPACKED}",
        "--conf", "spark.yarn.maxAppAttempts=1",
        folder.job, *job.words,
    ]  # fmt: skip


def check_options(job: SparkJob) -> None:
    """UsageError for places and options that the job would refuse, before anything costs money."""
    for place in (job.input, job.output):
        split(place)
    for option in job.options:
        name = option.partition("=")[0]
        if name in _ELSEWHERE:
            raise UsageError(f"{name} is not for a step; Spark's settings are in the YAML file.")
        try:
            refuse_secrets({name: ""})
        except ValueError as error:
            raise UsageError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    try:
        with Driver(job.words, lambda event: None, keywords=False) as program:
            if not program.begin():
                raise UsageError(str(program.failure(None)))
            program.kill()  # it was called rightly, and has begun nothing
    except OSError as error:
        if job.options:
            raise UsageError(f"The job's options cannot be checked here. {error}") from error


def step_of(folder: Folder, archive: str, job: SparkJob) -> dict[str, Any]:
    """Return the step as AddJobFlowSteps takes it."""
    return {
        "Name": job.name,
        "ActionOnFailure": "CONTINUE",
        "HadoopJarStep": {"Jar": RUNNER, "Args": spark_submit(folder, archive, job)},
    }


def submit(aws: Aws, cluster_id: str, job: SparkJob) -> str:
    """Add the job to a cluster that verger-emr made; return the step's id."""
    check_options(job)
    cluster = describe(aws, cluster_id)
    check_ours(cluster)
    if state_of(cluster) in (*ENDED, "TERMINATING"):
        raise UsageError(f"Cluster {cluster_id} has ended ({state_of(cluster)}); create another.")
    step = step_of(*files_of(f"Cluster {cluster_id}", tags_of(cluster)), job)
    with said():
        added = aws.emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=[step])
    return str(added["StepIds"][0])


def steps_of(aws: Aws, cluster_id: str) -> list[dict[str, Any]]:
    """Return a cluster's steps, newest first."""
    with said():
        return list(pages(aws.emr, "list_steps", "Steps", ClusterId=cluster_id))


def _state(step: dict[str, Any]) -> str:
    return str(step["Status"]["State"])


def _failure(cluster_id: str, step: dict[str, Any]) -> str:
    details = step["Status"].get("FailureDetails", {})
    change = step["Status"].get("StateChangeReason", {})
    why = details.get("Message") or details.get("Reason") or change.get("Message") or ""
    state = _state(step).lower()
    return (
        f"Step {step['Id']} of cluster {cluster_id} {state if state != 'failed' else 'has failed'}"
        f"{': ' + why.rstrip('.') if why else ''}; see `verger-emr logs {cluster_id} {step['Id']}`."
    )


def follow(aws: Aws, cluster_id: str, step_id: str, tell: Tell) -> dict[str, Any]:
    """Return the step once it is done. StepFailedError when it failed, or its cluster ended."""

    def look() -> dict[str, Any]:
        with said():
            described: dict[str, Any] = aws.emr.describe_step(ClusterId=cluster_id, StepId=step_id)
        step: dict[str, Any] = described["Step"]
        if _state(step) not in _OVER and state_of(cluster := describe(aws, cluster_id)) in ENDED:
            why = reason_of(cluster) or "AWS says no reason"
            raise StepFailedError(f"Cluster {cluster_id} ended before its step was done: {why}.")
        return step

    step = until(
        lambda step: _state(step) in _OVER,
        look,
        lambda step: f"step {step_id}: {_state(step)}",
        tell,
    )
    if _state(step) != "COMPLETED":
        raise StepFailedError(_failure(cluster_id, step))
    return step


def cancel(aws: Aws, cluster_id: str, step_id: str) -> None:
    """Ask for the end of a step, pending or running.

    UsageError when its cluster is not ours, AwsError when AWS will not.
    """
    check_ours(describe(aws, cluster_id))
    with said():
        answer = aws.emr.cancel_steps(
            ClusterId=cluster_id, StepIds=[step_id], StepCancellationOption="TERMINATE_PROCESS"
        )
    for each in answer["CancelStepsInfoList"]:
        if each["Status"] == "FAILED":
            raise AwsError(f"Step {step_id} could not be cancelled: {each.get('Reason', '')}.")
