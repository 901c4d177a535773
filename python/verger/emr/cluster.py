"""The life of a cluster: create, look at, wait for, resize, terminate, list."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from verger.emr.archive import Archive
from verger.emr.aws import Aws, pages, said
from verger.emr.config import ClusterConfig
from verger.emr.errors import AwsError, UsageError
from verger.emr.request import MANAGED, run_job_flow
from verger.emr.upload import upload

ALIVE = ("STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING", "TERMINATING")
READY = ("RUNNING", "WAITING")
ENDED = ("TERMINATED", "TERMINATED_WITH_ERRORS")
POLL_S = 15.0

Tell = Callable[[str], None]


def create(aws: Aws, config: ClusterConfig, archive: Archive) -> str:
    """Upload what the nodes need, make the cluster, and return its id."""
    request = run_job_flow(config, archive)
    upload(aws, config, archive)
    return start(aws, request)


def start(aws: Aws, request: dict[str, Any]) -> str:
    """Make a cluster by a complete request; return its id."""
    with said():
        return str(aws.emr.run_job_flow(**request)["JobFlowId"])


def describe(aws: Aws, cluster_id: str) -> dict[str, Any]:
    """Return what AWS says of a cluster."""
    with said():
        found: dict[str, Any] = aws.emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
    return found


def tags_of(cluster: dict[str, Any]) -> dict[str, str]:
    """Return a described cluster's tags by name."""
    return {tag["Key"]: tag.get("Value", "") for tag in cluster.get("Tags", [])}


def is_ours(cluster: dict[str, Any]) -> bool:
    """Return whether a described cluster was made by this program."""
    return tags_of(cluster).get(MANAGED) == "true"


def state_of(cluster: dict[str, Any]) -> str:
    """Return a described cluster's state."""
    return str(cluster["Status"]["State"])


def reason_of(cluster: dict[str, Any]) -> str:
    """Return why a described cluster is in its state, as AWS says it."""
    return str(cluster["Status"].get("StateChangeReason", {}).get("Message") or "")


def instances_of(aws: Aws, cluster_id: str) -> list[dict[str, Any]]:
    """Return every instance that a cluster has or had."""
    with said():
        return list(pages(aws.emr, "list_instances", "Instances", ClusterId=cluster_id))


def parts_of(aws: Aws, cluster: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a described cluster's instance groups or fleets."""
    with said():
        if cluster.get("InstanceCollectionType") == "INSTANCE_FLEET":
            return list(pages(aws.emr, "list_instance_fleets", "InstanceFleets",
                              ClusterId=cluster["Id"]))  # fmt: skip
        return list(pages(aws.emr, "list_instance_groups", "InstanceGroups",
                          ClusterId=cluster["Id"]))  # fmt: skip


def wait_until_ready(aws: Aws, cluster_id: str, tell: Tell) -> dict[str, Any]:
    """Return the described cluster once it takes steps. AwsError when it ended instead."""
    began = time.monotonic()
    while True:
        cluster = describe(aws, cluster_id)
        state = state_of(cluster)
        if state in READY:
            return cluster
        if state in ENDED or state == "TERMINATING":
            why = reason_of(cluster) or "AWS says no reason"
            raise AwsError(f"Cluster {cluster_id} ended before it was ready: {why}.")
        tell(f"cluster {cluster_id}: {state}, {time.monotonic() - began:,.0f} s")
        time.sleep(POLL_S)


def check_ours(cluster: dict[str, Any], remedy: str = "change it by AWS' own tools") -> None:
    """UsageError when a described cluster does not bear our tag: nothing of it is changed."""
    if not is_ours(cluster):
        raise UsageError(
            f"Cluster {cluster['Id']} ('{cluster['Name']}') was not made by verger-emr: it has no "
            f"tag {MANAGED}=true; {remedy}."
        )


def check_may_end(cluster: dict[str, Any], *, force: bool, unprotect: bool) -> None:
    """UsageError when a described cluster is not ours, or is protected."""
    name = cluster["Id"]
    if not force:
        check_ours(cluster, "--force terminates it all the same")
    if cluster.get("TerminationProtected") and not unprotect:
        raise UsageError(
            f"Cluster {name} is protected from termination; --unprotect lifts the protection first."
        )


def terminate(
    aws: Aws, cluster_id: str, tell: Tell, *, force: bool = False, unprotect: bool = False
) -> dict[str, Any]:
    """End a cluster and wait until it has ended; return it described.

    `force` is for clusters that are not ours, `unprotect` for those that are protected: neither
    stands for the other.
    """
    cluster = describe(aws, cluster_id)
    if state_of(cluster) in ENDED:
        return cluster
    check_may_end(cluster, force=force, unprotect=unprotect)
    with said():
        if cluster.get("TerminationProtected"):
            aws.emr.set_termination_protection(JobFlowIds=[cluster_id], TerminationProtected=False)
        aws.emr.terminate_job_flows(JobFlowIds=[cluster_id])
    began = time.monotonic()
    while state_of(cluster := describe(aws, cluster_id)) not in ENDED:
        elapsed = time.monotonic() - began
        tell(f"cluster {cluster_id}: {state_of(cluster)}, {elapsed:,.0f} s")
        time.sleep(POLL_S)
    return cluster


def clusters(aws: Aws, *, ended: bool = False, others: bool = False) -> list[dict[str, Any]]:
    """Return clusters described, newest first: ours that live, with what else is asked for."""
    states = [*ALIVE, *(ENDED if ended else ())]
    with said():
        listed = list(pages(aws.emr, "list_clusters", "Clusters", ClusterStates=states))
    found = [describe(aws, each["Id"]) for each in listed]
    return [each for each in found if others or is_ours(each)]


def age_s(cluster: dict[str, Any]) -> float:
    """Return for how many seconds a described cluster has been there, or was."""
    times = cluster["Status"].get("Timeline", {})
    end = times.get("EndDateTime") or datetime.now(timezone.utc)
    return float((end - times["CreationDateTime"]).total_seconds())
