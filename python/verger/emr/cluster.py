# SPDX-License-Identifier: Apache-2.0
"""The life of a cluster: create, look at, wait for, resize, terminate, list."""

from __future__ import annotations

from typing import Any

from verger.emr.aws import Aws, pages, said
from verger.emr.errors import AwsError, UsageError
from verger.emr.ours import BY_AWS, check_tag, has_our_tag
from verger.emr.wait import Tell, until

ALIVE = ("STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING", "TERMINATING")
READY = ("RUNNING", "WAITING")
ENDED = ("TERMINATED", "TERMINATED_WITH_ERRORS")


def start(aws: Aws, request: dict[str, Any]) -> str:
    """Make a cluster by a complete request; return its id."""
    with said():
        return str(aws.emr.run_job_flow(**request)["JobFlowId"])


def describe(aws: Aws, cluster_id: str) -> dict[str, Any]:
    """Return what AWS says of a cluster."""
    with said():
        described: dict[str, Any] = aws.emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
    return described


def tags_of(cluster: dict[str, Any]) -> dict[str, str]:
    """Return a described cluster's tags by name."""
    return {tag["Key"]: tag.get("Value", "") for tag in cluster.get("Tags", [])}


def is_ours(cluster: dict[str, Any]) -> bool:
    """Return whether a described cluster was made by this program."""
    return has_our_tag(tags_of(cluster))


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


def idle_timeout_s(aws: Aws, cluster_id: str) -> int | None:
    """Return for how long a cluster may be without work, or None when it has no such limit."""
    with said():
        ending = aws.emr.get_auto_termination_policy(ClusterId=cluster_id)
    limit: int | None = ending.get("AutoTerminationPolicy", {}).get("IdleTimeout")
    return limit


def wait_until_ready(aws: Aws, cluster_id: str, tell: Tell) -> dict[str, Any]:
    """Return the described cluster once it takes steps. AwsError when it ended instead."""
    cluster = _until(aws, cluster_id, (*READY, *ENDED, "TERMINATING"), tell)
    if state_of(cluster) not in READY:
        why = reason_of(cluster) or "AWS says no reason"
        raise AwsError(f"Cluster {cluster_id} ended before it was ready: {why}.")
    return cluster


def _until(aws: Aws, cluster_id: str, states: tuple[str, ...], tell: Tell) -> dict[str, Any]:
    return until(
        lambda cluster: state_of(cluster) in states,
        lambda: describe(aws, cluster_id),
        lambda cluster: f"cluster {cluster_id}: {state_of(cluster)}",
        tell,
    )


def check_ours(cluster: dict[str, Any], remedy: str = BY_AWS) -> None:
    """UsageError when a described cluster does not bear our tag: nothing of it is changed."""
    check_tag(f"Cluster {cluster['Id']} ('{cluster['Name']}')", tags_of(cluster), remedy)


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
    return _until(aws, cluster_id, ENDED, tell)


def clusters(aws: Aws, *, ended: bool = False, others: bool = False) -> list[dict[str, Any]]:
    """Return clusters described, newest first: ours that live, with what else is asked for."""
    states = [*ALIVE, *(ENDED if ended else ())]
    with said():
        listed = list(pages(aws.emr, "list_clusters", "Clusters", ClusterStates=states))
    described = [describe(aws, each["Id"]) for each in listed]
    return [each for each in described if others or is_ours(each)]
