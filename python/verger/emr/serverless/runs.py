"""The runs of jobs on an application: submit, follow, cancel, and what they were billed for."""

from __future__ import annotations

from typing import Any

from verger.emr.aws import Aws, pages, said
from verger.emr.errors import StepFailedError
from verger.emr.wait import Tell, until

ACTIVE = ("SUBMITTED", "PENDING", "SCHEDULED", "QUEUED", "RUNNING", "CANCELLING")
_DONE = "SUCCESS"


def describe(aws: Aws, application_id: str, run_id: str) -> dict[str, Any]:
    """Return what AWS says of a run."""
    with said():
        found = aws.serverless.get_job_run(applicationId=application_id, jobRunId=run_id)
    run: dict[str, Any] = found["jobRun"]
    return run


def listed(aws: Aws, application_id: str) -> list[dict[str, Any]]:
    """Return an application's runs in short, newest first."""
    with said():
        found = list(
            pages(aws.serverless, "list_job_runs", "jobRuns", applicationId=application_id)
        )
    return sorted(found, key=lambda run: run["createdAt"], reverse=True)


def active(aws: Aws, application_id: str, states: tuple[str, ...] = ACTIVE) -> list[str]:
    """Return the ids of the runs that are not over."""
    return [run["id"] for run in listed(aws, application_id) if run["state"] in states]


def start(aws: Aws, request: dict[str, Any]) -> str:
    """Start a run by a complete request; return its id."""
    with said():
        return str(aws.serverless.start_job_run(**request)["jobRunId"])


def _failure(application_id: str, run: dict[str, Any]) -> str:
    state = "has failed" if run["state"] == "FAILED" else f"is {run['state'].lower()}"
    why = (run.get("stateDetails") or "").strip().rstrip(".")
    return (
        f"Job run {run['jobRunId']} of application {application_id} {state}"
        f"{': ' + why if why else ''}; see `verger-emr logs {application_id} {run['jobRunId']}`."
    )


def follow(aws: Aws, application_id: str, run_id: str, tell: Tell) -> dict[str, Any]:
    """Return the run once it is done. StepFailedError when it failed or was cancelled."""
    run = until(
        lambda run: run["state"] not in ACTIVE,
        lambda: describe(aws, application_id, run_id),
        lambda run: f"job run {run_id}: {run['state']}",
        tell,
    )
    if run["state"] != _DONE:
        raise StepFailedError(_failure(application_id, run))
    return run


def cancel(aws: Aws, application_id: str, run_id: str) -> None:
    """Ask for the end of a run. AwsError when AWS will not."""
    with said():
        aws.serverless.cancel_job_run(applicationId=application_id, jobRunId=run_id)


def cancel_all(aws: Aws, application_id: str, tell: Tell) -> None:
    """Cancel all runs of an application, and wait until they are over."""
    for run_id in active(aws, application_id, ACTIVE[:-1]):
        cancel(aws, application_id, run_id)
    until(
        lambda left: not left,
        lambda: active(aws, application_id),
        lambda left: f"application {application_id}: {len(left)} job runs end",
        tell,
    )


def dashboard(aws: Aws, application_id: str, run_id: str) -> str:
    """Return an address of Spark's pages of a run: it lets in whoever has it, for an hour."""
    with said():
        answer = aws.serverless.get_dashboard_for_job_run(
            applicationId=application_id, jobRunId=run_id
        )
    return str(answer["url"])
