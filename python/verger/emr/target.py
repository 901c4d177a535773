# SPDX-License-Identifier: Apache-2.0
"""What clusters and applications have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, ClassVar

from verger.emr.aws import Aws
from verger.emr.errors import UsageError


@dataclass(frozen=True)
class Target:
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


class Base:
    """A kind of target, in a region of an account."""

    noun: ClassVar[str]  # cluster, or application
    job: ClassVar[str]  # what a job is there

    def __init__(self, aws: Aws) -> None:
        """Make no request."""
        self.aws = aws

    @property
    def job_key(self) -> str:
        """What a job's id is called in documents."""
        return f"{self.job.replace(' ', '_')}_id"

    def newest(self, target_id: str, jobs: list[tuple[str, str, str]]) -> str:
        """Return the id of its newest job, the first. UsageError when it has run none."""
        if not jobs:
            raise UsageError(
                f"{self.noun.capitalize()} {target_id} has run no {self.job}; `verger-emr logs "
                f"{target_id} --list` names its logs."
            )
        return jobs[0][0]

    def summary(self, target: Target) -> dict[str, Any]:
        """Return what `ls` tells."""
        return {
            f"{self.noun}_id": target.id, "name": target.name, "state": target.state,
            "ours": target.ours, "protected": target.protected, "age_s": round(target.age_s),
        }  # fmt: skip
