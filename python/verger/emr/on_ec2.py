# SPDX-License-Identifier: Apache-2.0
"""Amazon EMR on EC2: clusters, and their steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verger.emr import awscli, clone, cluster, logs, resize, steps
from verger.emr.archive import Archive
from verger.emr.config import ClusterConfig, Description
from verger.emr.estimate import Bill, bill
from verger.emr.request import run_job_flow
from verger.emr.target import Base, Target
from verger.emr.wait import Tell


def _part(part: dict[str, Any]) -> dict[str, Any]:
    """An instance group or fleet, in our words."""
    if "InstanceFleetType" in part:
        return {
            "role": part["InstanceFleetType"].lower(),
            "types": [each["InstanceType"] for each in part.get("InstanceTypeSpecifications", [])],
            "requested": part.get("TargetOnDemandCapacity", 0) + part.get("TargetSpotCapacity", 0),
            "running": part.get("ProvisionedOnDemandCapacity", 0)
            + part.get("ProvisionedSpotCapacity", 0),
        }
    return {
        "role": part["InstanceGroupType"].lower(),
        "types": [part["InstanceType"]],
        "requested": part.get("RequestedInstanceCount", 0),
        "running": part.get("RunningInstanceCount", 0),
    }


def _target(described: dict[str, Any]) -> Target:
    times = described["Status"].get("Timeline", {})
    return Target(
        id=described["Id"],
        name=described["Name"],
        state=cluster.state_of(described),
        over=cluster.state_of(described) in cluster.ENDED,
        ours=cluster.is_ours(described),
        protected=bool(described.get("TerminationProtected")),
        began=times["CreationDateTime"],
        ended=times.get("EndDateTime"),
        described=described,
    )


class OnEc2(Base):
    """Clusters."""

    noun, job = "cluster", "step"

    def request(self, config: Description, archive: Archive) -> dict[str, Any]:
        """Return RunJobFlow's."""
        assert isinstance(config, ClusterConfig)
        return run_job_flow(config, archive)

    def start(self, request: dict[str, Any]) -> str:
        """Make a cluster by a complete request; return its id."""
        return cluster.start(self.aws, request)

    def like(self, target_id: str) -> dict[str, Any]:
        """Return RunJobFlow's request for the like of a cluster, without steps."""
        return clone.request_of(clone.describe_all(self.aws, target_id))

    def ends_itself(self, request: dict[str, Any]) -> bool:
        """Return whether what a request makes has an idle limit."""
        return "AutoTerminationPolicy" in request

    def aws_cli(self, request: dict[str, Any]) -> tuple[str | None, str]:
        """Return `aws emr create-cluster` and "", or None and why there is none."""
        return awscli.command_or_reason(request, self.aws.region)

    def find(self, target_id: str) -> Target:
        """Ask AWS for a cluster."""
        return _target(cluster.describe(self.aws, target_id))

    def all(self, *, ended: bool, others: bool) -> list[Target]:
        """Ask AWS for ours that live, with what else is asked for."""
        return [_target(each) for each in cluster.clusters(self.aws, ended=ended, others=others)]

    def wait_until_ready(self, target_id: str, tell: Tell) -> None:
        """Wait until it takes steps."""
        cluster.wait_until_ready(self.aws, target_id, tell)

    def submit(self, target_id: str, spark: steps.SparkJob, tell: Tell) -> str:
        """Add a step; return its id. UsageError when the job is wrong, or the target not ours."""
        return steps.submit(self.aws, target_id, spark)

    def follow(self, target_id: str, job_id: str, tell: Tell) -> str:
        """Return a step's state once it is done. StepFailedError when it failed."""
        return str(steps.follow(self.aws, target_id, job_id, tell)["Status"]["State"])

    def cancel(self, target_id: str, job_id: str) -> None:
        """Ask for the end of a step. UsageError when its cluster is not ours."""
        steps.cancel(self.aws, target_id, job_id)

    def jobs(self, target_id: str) -> list[tuple[str, str, str]]:
        """Return id, state and name of its steps, newest first."""
        listed = steps.steps_of(self.aws, target_id)
        return [(step["Id"], step["Status"]["State"], step["Name"]) for step in listed]

    def details(self, target: Target) -> tuple[dict[str, Any], list[str]]:
        """Return what `status` tells besides, for machines and people: the instances."""
        described = target.described
        idle_timeout_s = cluster.idle_timeout_s(self.aws, target.id)
        parts = [_part(part) for part in cluster.parts_of(self.aws, described)]
        document = {
            "reason": cluster.reason_of(described),
            "release": described.get("ReleaseLabel"),
            "master": described.get("MasterPublicDnsName"),
            "idle_timeout_s": idle_timeout_s,
            "instances": parts,
        }
        lines = [f"  {part['role']:<7} {part['running']} of {part['requested']} "
                 f"{'/'.join(part['types'])}" for part in parts]  # fmt: skip
        return document, lines

    def resize(self, target_id: str, size: resize.Size, tell: Tell) -> dict[str, Any]:
        """Change a group or a fleet; return which, and what was asked of AWS."""
        return resize.resize(self.aws, target_id, size)

    def check_may_end(self, target: Target, *, force: bool, unprotect: bool) -> None:
        """UsageError when it is not ours, or is protected."""
        cluster.check_may_end(target.described, force=force, unprotect=unprotect)

    def end(
        self, target: Target, tell: Tell, *, force: bool = False, unprotect: bool = False
    ) -> Bill:
        """Terminate it, wait until it has ended, and return what it cost."""
        cluster.terminate(self.aws, target.id, tell, force=force, unprotect=unprotect)
        return self.bill(target)

    def bill(self, target: Target) -> Bill:
        """Return what its instances cost so far."""
        return bill(cluster.instances_of(self.aws, target.id), self.aws.region)

    def log_place(self, target_id: str) -> str:
        """Return the s3:// folder of its logs. UsageError when it keeps none."""
        return logs.place_of_cluster(self.aws, target_id)

    def logs(self, target_id: str, job_id: str) -> Iterator[logs.Log]:
        """Yield those of a step and of its Spark driver."""
        return logs.of_step(self.aws, self.log_place(target_id), job_id)
