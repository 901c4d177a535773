"""What verger-emr does to a cluster or to an application, whichever of the two it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, ClassVar

from verger.emr.archive import Archive
from verger.emr.aws import Aws
from verger.emr.config import Description
from verger.emr.errors import UsageError
from verger.emr.estimate import Bill
from verger.emr.logs import Log
from verger.emr.resize import Size
from verger.emr.steps import SparkJob
from verger.emr.upload import upload
from verger.emr.wait import Tell


@dataclass(frozen=True)
class Found:
    """A cluster or an application, as far as both have it."""

    id: str
    name: str
    state: str
    over: bool  # it has ended
    ours: bool
    protected: bool
    began: datetime
    ended: datetime | None
    described: dict[str, Any]  # by AWS

    @property
    def age_s(self) -> float:
        """For how many seconds it has been there, or was."""
        return ((self.ended or datetime.now(timezone.utc)) - self.began).total_seconds()


class Target(ABC):
    """Amazon EMR on EC2, or EMR Serverless, in a region of an account."""

    noun: ClassVar[str]  # cluster, or application
    job: ClassVar[str]  # what a job is there

    def __init__(self, aws: Aws) -> None:
        """Make no request."""
        self.aws = aws

    @property
    def job_key(self) -> str:
        """What a job's id is called in documents."""
        return f"{self.job.replace(' ', '_')}_id"

    def create(self, config: Description, archive: Archive) -> str:
        """Upload what the nodes need, make what is described, and return its id."""
        request = self.request(config, archive)
        upload(self.aws, config, archive)
        return self.start(request)

    def summary(self, found: Found) -> dict[str, Any]:
        """Return what `ls` tells."""
        return {
            f"{self.noun}_id": found.id, "name": found.name, "state": found.state,
            "ours": found.ours, "protected": found.protected, "age_s": round(found.age_s),
        }  # fmt: skip

    @abstractmethod
    def request(self, config: Description, archive: Archive) -> dict[str, Any]:
        """Return the request that makes what is described."""

    @abstractmethod
    def start(self, request: dict[str, Any]) -> str:
        """Make it by a complete request; return its id."""

    @abstractmethod
    def like(self, target_id: str) -> dict[str, Any]:
        """Return the request that makes its like, without jobs."""

    @abstractmethod
    def ends_itself(self, request: dict[str, Any]) -> bool:
        """Return whether what a request makes has an idle limit."""

    @abstractmethod
    def aws_cli(self, request: dict[str, Any]) -> tuple[str | None, str]:
        """Return the `aws` command of a request and "", or None and why there is none."""

    @abstractmethod
    def find(self, target_id: str) -> Found:
        """Ask AWS for one."""

    @abstractmethod
    def all(self, *, ended: bool, others: bool) -> list[Found]:
        """Ask AWS for ours that live, with what else is asked for."""

    @abstractmethod
    def wait_until_ready(self, target_id: str, tell: Tell) -> None:
        """Return once it takes jobs. AwsError when it ended instead."""

    @abstractmethod
    def submit(self, target_id: str, spark: SparkJob, tell: Tell) -> str:
        """Hand in a job; return its id. UsageError when it is wrong, or the target is not ours."""

    @abstractmethod
    def follow(self, target_id: str, job_id: str, tell: Tell) -> str:
        """Return a job's state once it is done. StepFailedError when it failed."""

    @abstractmethod
    def cancel(self, target_id: str, job_id: str) -> None:
        """Ask for the end of a job. UsageError when it is not of ours."""

    @abstractmethod
    def jobs(self, target_id: str) -> list[tuple[str, str, str]]:
        """Return id, state and name of its jobs, newest first."""

    def newest_job(self, target_id: str, remedy: str = "") -> str:
        """Return the id of its newest job. UsageError when it has run none."""
        for job_id, _, _ in self.jobs(target_id):
            return job_id
        what = f"{self.noun.capitalize()} {target_id} has run no {self.job}"
        raise UsageError(f"{what}{remedy}.")

    @abstractmethod
    def details(self, found: Found) -> tuple[dict[str, Any], list[str]]:
        """Return what `status` tells besides the summary and the cost, for machines and people."""

    @abstractmethod
    def resize(self, target_id: str, size: Size, tell: Tell) -> dict[str, Any]:
        """Change its size; return what was `asked` of AWS. UsageError for that of another kind."""

    @abstractmethod
    def check_may_end(self, found: Found, *, force: bool, unprotect: bool) -> None:
        """UsageError when it is not ours, or is protected."""

    @abstractmethod
    def end(
        self, found: Found, tell: Tell, *, force: bool = False, unprotect: bool = False
    ) -> Bill:
        """End it, wait until it has ended, and return what it cost. UsageError as check_may_end."""

    @abstractmethod
    def bill(self, target_id: str) -> Bill:
        """Return what it cost so far."""

    @abstractmethod
    def log_place(self, target_id: str) -> str:
        """Return the s3:// folder of its logs. UsageError when it keeps none."""

    @abstractmethod
    def logs(self, target_id: str, job_id: str) -> Iterator[Log]:
        """Yield the logs of a job and of its Spark driver."""

    @abstractmethod
    def history(self, target_id: str) -> str:
        """Return an address of Spark's pages, which lets in whoever has it, for a short while."""
