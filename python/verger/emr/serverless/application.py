"""The life of an application: look at, start, resize, list, stop and delete."""

from __future__ import annotations

from typing import Any

from verger.emr.aws import Aws, pages, said
from verger.emr.errors import AwsError, UsageError
from verger.emr.ours import BY_AWS, check_tag, has_our_tag
from verger.emr.serverless import runs
from verger.emr.serverless.request import sizes
from verger.emr.wait import Tell, until

ENDED = "TERMINATED"
_ALIVE = ("CREATING", "CREATED", "STARTING", "STARTED", "STOPPING", "STOPPED")
_STILL = ("CREATED", "STOPPED")  # without workers: it can be changed and deleted


def create(aws: Aws, request: dict[str, Any]) -> str:
    """Make an application by a complete request; return its id."""
    with said():
        return str(aws.serverless.create_application(**request)["applicationId"])


def describe(aws: Aws, application_id: str) -> dict[str, Any]:
    """Return what AWS says of an application."""
    with said():
        found = aws.serverless.get_application(applicationId=application_id)
    application: dict[str, Any] = found["application"]
    return application


def applications(aws: Aws, *, ended: bool = False, others: bool = False) -> list[dict[str, Any]]:
    """Return applications described: ours that live, with what else is asked for."""
    states = [*_ALIVE, *([ENDED] if ended else [])]
    with said():
        listed = list(pages(aws.serverless, "list_applications", "applications", states=states))
    found = [describe(aws, each["id"]) for each in listed]
    return [each for each in found if others or has_our_tag(each.get("tags", {}))]


def check_ours(application: dict[str, Any], remedy: str = BY_AWS) -> None:
    """UsageError when a described application does not bear our tag: nothing of it is changed."""
    name = f"Application {application['applicationId']} ('{application.get('name', '')}')"
    check_tag(name, application.get("tags", {}), remedy)


def wait_for(aws: Aws, application_id: str, states: tuple[str, ...], tell: Tell) -> dict[str, Any]:
    """Return the application once it is in one of the states. AwsError when it is deleted first."""
    found = until(
        lambda found: found["state"] in (*states, ENDED),
        lambda: describe(aws, application_id),
        lambda found: f"application {application_id}: {found['state']}",
        tell,
    )
    if found["state"] not in states:
        why = found.get("stateDetails") or "AWS says no reason"
        raise AwsError(f"Application {application_id} was deleted: {why}.")
    return found


def usable(aws: Aws, application_id: str, tell: Tell) -> dict[str, Any]:
    """Return an application of ours, once it is made. UsageError when it is not, or is deleted."""
    found = describe(aws, application_id)
    check_ours(found)
    if found["state"] == ENDED:
        raise UsageError(f"Application {application_id} has ended (TERMINATED); create another.")
    return wait_for(aws, application_id, tuple(s for s in _ALIVE if s != "CREATING"), tell)


def start(aws: Aws, application_id: str, tell: Tell) -> dict[str, Any]:
    """Start an application and wait until its initial capacity is there."""
    usable(aws, application_id, tell)
    with said():
        aws.serverless.start_application(applicationId=application_id)
    return wait_for(aws, application_id, ("STARTED",), tell)


def stop(aws: Aws, application_id: str, tell: Tell) -> None:
    """Stop an application that runs no job, and wait until it is stopped."""
    found = wait_for(aws, application_id, ("STARTED", *_STILL), tell)
    if found["state"] not in _STILL:
        with said():
            aws.serverless.stop_application(applicationId=application_id)
        wait_for(aws, application_id, _STILL, tell)


def resize(aws: Aws, application_id: str, tell: Tell, **amounts: int | None) -> dict[str, Any]:
    """Set the maximum capacity of an application, but for what is None; return what was asked.

    UsageError when it runs a job: AWS changes it only while it is stopped.
    """
    found = usable(aws, application_id, tell)
    if runs.active(aws, application_id):
        raise UsageError(
            f"Application {application_id} runs a job, and is changed only without one; wait for "
            "its end, or cancel it."
        )
    asked = {**found.get("maximumCapacity", {}), **sizes(**amounts)}
    stop(aws, application_id, tell)
    with said():
        aws.serverless.update_application(applicationId=application_id, maximumCapacity=asked)
    return {"asked": asked}


def delete(aws: Aws, application_id: str, tell: Tell) -> None:
    """Stop an application that runs no job, and delete it."""
    stop(aws, application_id, tell)
    with said():
        aws.serverless.delete_application(applicationId=application_id)
