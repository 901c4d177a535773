# SPDX-License-Identifier: Apache-2.0
"""EMR Serverless: applications, and the runs of jobs on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verger.emr import logs
from verger.emr.archive import Archive
from verger.emr.aws import pages, said
from verger.emr.config import ApplicationConfig, Description
from verger.emr.errors import AwsError, StepFailedError, UsageError
from verger.emr.estimate import Bill, bill_of_runs
from verger.emr.ours import BY_AWS, check_tag, has_our_tag
from verger.emr.resize import Size
from verger.emr.serverless import clone
from verger.emr.serverless.request import create_application, sizes, start_job_run
from verger.emr.steps import SparkJob, check_options
from verger.emr.target import Base, Target
from verger.emr.wait import Tell, until

_ENDED = "TERMINATED"
_STILL = ("CREATED", "STOPPED")  # without workers: it can be changed and deleted
_ALIVE = ("CREATING", "STARTING", "STARTED", "STOPPING", *_STILL)
_WAITING = ("SUBMITTED", "PENDING", "SCHEDULED", "QUEUED", "RUNNING")  # runs, to be cancelled
_ACTIVE = (*_WAITING, "CANCELLING")


def _target(described: dict[str, Any]) -> Target:
    over = described["state"] == _ENDED
    return Target(
        id=described["applicationId"],
        name=described.get("name", ""),
        state=described["state"],
        over=over,
        ours=has_our_tag(described.get("tags", {})),
        protected=False,
        began=described["createdAt"],
        ended=described["updatedAt"] if over else None,
        described=described,
    )


def _check_ours(target: Target, remedy: str = BY_AWS) -> None:
    """UsageError when it does not bear our tag: nothing of it is changed."""
    tags = target.described.get("tags", {})
    check_tag(f"Application {target.id} ('{target.name}')", tags, remedy)


def _failure(run: dict[str, Any]) -> str:
    state = "has failed" if run["state"] == "FAILED" else f"is {run['state'].lower()}"
    why = (run.get("stateDetails") or "").strip().rstrip(".")
    where, name = run["applicationId"], run["jobRunId"]
    return (
        f"Job run {name} of application {where} {state}{': ' + why if why else ''}; see "
        f"`verger-emr logs {where} {name}`."
    )


class OnServerless(Base):
    """Applications."""

    noun, job = "application", "job run"

    def request(self, config: Description, archive: Archive) -> dict[str, Any]:
        """Return CreateApplication's."""
        assert isinstance(config, ApplicationConfig)
        return create_application(config, archive)

    def start(self, request: dict[str, Any]) -> str:
        """Make an application by a complete request; return its id."""
        with said():
            return str(self.aws.serverless.create_application(**request)["applicationId"])

    def like(self, target_id: str) -> dict[str, Any]:
        """Return CreateApplication's request for the like of an application, without jobs."""
        return clone.request_of(self.find(target_id).described)

    def ends_itself(self, request: dict[str, Any]) -> bool:
        """Return whether what a request makes has an idle limit, as AWS gives where none is."""
        return bool(request.get("autoStopConfiguration", {}).get("enabled", True))

    def aws_cli(self, request: dict[str, Any]) -> tuple[str | None, str]:
        """Return `aws emr-serverless create-application`, and ""."""
        return clone.command(request, self.aws.region), ""

    def find(self, target_id: str) -> Target:
        """Ask AWS for an application."""
        with said():
            told = self.aws.serverless.get_application(applicationId=target_id)
        return _target(told["application"])

    def all(self, *, ended: bool, others: bool) -> list[Target]:
        """Ask AWS for ours that live, with what else is asked for."""
        states = [*_ALIVE, *([_ENDED] if ended else [])]
        with said():
            listed = list(pages(self.aws.serverless, "list_applications", "applications",
                                states=states))  # fmt: skip
        applications = [self.find(each["id"]) for each in listed]
        return [each for each in applications if others or each.ours]

    def _until(self, target_id: str, states: tuple[str, ...], tell: Tell) -> Target:
        """Return it once it is in one of the states. AwsError when it is deleted instead."""
        target = until(
            lambda target: target.state in (*states, _ENDED),
            lambda: self.find(target_id),
            lambda target: f"application {target_id}: {target.state}",
            tell,
        )
        if target.state not in states:
            raise AwsError(f"Application {target_id} was deleted while it was waited for.")
        return target

    def _usable(self, target_id: str, tell: Tell) -> Target:
        """Return one of ours, once it is made. UsageError when it is not, or is deleted."""
        target = self.find(target_id)
        _check_ours(target)
        if target.over:
            raise UsageError(f"Application {target_id} has ended ({_ENDED}); create another.")
        return self._until(target_id, _ALIVE[1:], tell)

    def wait_until_ready(self, target_id: str, tell: Tell) -> None:
        """Start it, and wait for its initial capacity."""
        self._usable(target_id, tell)
        with said():
            self.aws.serverless.start_application(applicationId=target_id)
        self._until(target_id, ("STARTED",), tell)

    def submit(self, target_id: str, spark: SparkJob, tell: Tell) -> str:
        """Start a run; return its id. UsageError when the job is wrong, or the target not ours."""
        check_options(spark)
        tags = self._usable(target_id, tell).described["tags"]
        request = start_job_run(target_id, tags, spark)
        with said():
            return str(self.aws.serverless.start_job_run(**request)["jobRunId"])

    def _run(self, target_id: str, job_id: str) -> dict[str, Any]:
        with said():
            told = self.aws.serverless.get_job_run(applicationId=target_id, jobRunId=job_id)
        run: dict[str, Any] = told["jobRun"]
        return run

    def follow(self, target_id: str, job_id: str, tell: Tell) -> str:
        """Return a run's state once it is done. StepFailedError when it failed or was cancelled."""
        run = until(
            lambda run: run["state"] not in _ACTIVE,
            lambda: self._run(target_id, job_id),
            lambda run: f"job run {job_id}: {run['state']}",
            tell,
        )
        if run["state"] != "SUCCESS":
            raise StepFailedError(_failure(run))
        return str(run["state"])

    def cancel(self, target_id: str, job_id: str) -> None:
        """Ask for the end of a run. UsageError when its application is not ours."""
        _check_ours(self.find(target_id))
        self._cancel(target_id, job_id)

    def _cancel(self, target_id: str, job_id: str) -> None:
        with said():
            self.aws.serverless.cancel_job_run(applicationId=target_id, jobRunId=job_id)

    def jobs(self, target_id: str) -> list[tuple[str, str, str]]:
        """Return id, state and name of its runs, newest first."""
        with said():
            runs = list(pages(self.aws.serverless, "list_job_runs", "jobRuns",
                              applicationId=target_id))  # fmt: skip
        runs.sort(key=lambda run: run["createdAt"], reverse=True)
        return [(run["id"], run["state"], run.get("name", "")) for run in runs]

    def _active(self, target_id: str, states: tuple[str, ...] = _ACTIVE) -> list[str]:
        return [job_id for job_id, state, _ in self.jobs(target_id) if state in states]

    def details(self, target: Target) -> tuple[dict[str, Any], list[str]]:
        """Return what `status` tells besides, for machines and people: the capacities."""
        described = target.described
        most = described.get("maximumCapacity", {})
        stopping = described.get("autoStopConfiguration", {})
        document = {
            "reason": described.get("stateDetails") or "",
            "release": described["releaseLabel"],
            "architecture": described.get("architecture"),
            "idle_timeout_s": 60 * stopping.get("idleTimeoutMinutes", 0) or None,
            "maximum_capacity": most,
            "initial_capacity": described.get("initialCapacity", {}),
        }
        return document, [f"  at most {', '.join(most.values())}"] if most else []

    def _stop(self, target_id: str, tell: Tell) -> None:
        """Stop one that runs no job, and wait until it is stopped."""
        if self._until(target_id, ("STARTED", *_STILL), tell).state == "STARTED":
            with said():
                self.aws.serverless.stop_application(applicationId=target_id)
            self._until(target_id, _STILL, tell)

    def resize(self, target_id: str, size: Size, tell: Tell) -> dict[str, Any]:
        """Set the maximum capacity, but for what is not given; return what was asked of AWS.

        UsageError when it runs a job: AWS changes it only while it is stopped.
        """
        if size.of_instances or not any(size.of_application.values()):
            raise UsageError(
                f"Application {target_id} has no instances but a maximum capacity: give --vcpus, "
                "--memory-gb or --disk-gb."
            )
        target = self._usable(target_id, tell)
        if self._active(target_id):
            raise UsageError(
                f"Application {target_id} runs a job, and is changed only without one; wait for "
                "its end, or cancel it."
            )
        asked = {**target.described.get("maximumCapacity", {}), **sizes(**size.of_application)}
        self._stop(target_id, tell)
        with said():
            self.aws.serverless.update_application(applicationId=target_id, maximumCapacity=asked)
        return {"asked": asked}

    def check_may_end(self, target: Target, *, force: bool, unprotect: bool) -> None:
        """UsageError when it is not ours; nothing is protected there."""
        if unprotect:
            raise UsageError(
                f"--unprotect has no meaning for {target.id}: AWS protects no application of EMR "
                "Serverless."
            )
        if not force:
            _check_ours(target, "--force deletes it all the same")

    def end(
        self, target: Target, tell: Tell, *, force: bool = False, unprotect: bool = False
    ) -> Bill:
        """Cancel what runs on it, delete it, and return what its runs were billed for."""
        self.check_may_end(target, force=force, unprotect=unprotect)
        for job_id in self._active(target.id, _WAITING):
            self._cancel(target.id, job_id)
        until(
            lambda left: not left,
            lambda: self._active(target.id),
            lambda left: f"application {target.id}: {len(left)} job runs end",
            tell,
        )
        bill = self.bill(target)
        self._stop(target.id, tell)
        with said():
            self.aws.serverless.delete_application(applicationId=target.id)
        return bill

    def bill(self, target: Target) -> Bill:
        """Return what its runs were billed for."""
        runs = [self._run(target.id, job_id) for job_id, _, _ in self.jobs(target.id)]
        architecture = target.described.get("architecture", "X86_64").lower()
        return bill_of_runs(runs, architecture, self.aws.region)

    def log_place(self, target_id: str) -> str:
        """Return the s3:// folder of its logs. UsageError when it keeps none."""
        told = self.find(target_id).described.get("monitoringConfiguration", {})
        place = told.get("s3MonitoringConfiguration", {}).get("logUri")
        return logs.below(place, f"applications/{target_id}", f"Application {target_id}")

    def logs(self, target_id: str, job_id: str) -> Iterator[logs.Log]:
        """Yield those of a run's driver."""
        return logs.all_in(self.aws, f"{self.log_place(target_id)}jobs/{job_id}/SPARK_DRIVER/")

    def history(self, target_id: str) -> str:
        """Return an address of the newest run's pages: it lets in whoever has it, for an hour."""
        _check_ours(self.find(target_id))
        job_id = self.newest(target_id, self.jobs(target_id))
        with said():
            told = self.aws.serverless.get_dashboard_for_job_run(
                applicationId=target_id, jobRunId=job_id
            )
        return str(told["url"])
