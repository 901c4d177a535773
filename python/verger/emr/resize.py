"""More or fewer instances in a group, more or less capacity in a fleet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verger.emr.aws import Aws, said
from verger.emr.cluster import check_ours, describe, parts_of
from verger.emr.errors import UsageError


@dataclass(frozen=True)
class Size:
    """A group's number of instances, or a fleet's capacity of either kind."""

    count: int | None = None
    on_demand: int | None = None
    spot: int | None = None


def _fleet_change(fleet: dict[str, Any], size: Size) -> dict[str, Any]:
    capacities = {
        "TargetOnDemandCapacity": size.on_demand,
        "TargetSpotCapacity": size.spot,
    }
    given = {name: value for name, value in capacities.items() if value is not None}
    return {"InstanceFleetId": fleet["Id"], **given}


def resize(aws: Aws, cluster_id: str, role: str, size: Size) -> dict[str, Any]:
    """Set the size of a cluster's core or task part; return what was asked of AWS.

    UsageError when the cluster is not ours or has no such part, or the size is not of its kind.
    """
    cluster = describe(aws, cluster_id)
    check_ours(cluster)
    fleets = cluster.get("InstanceCollectionType") == "INSTANCE_FLEET"
    capacity = (size.on_demand, size.spot) != (None, None)
    if fleets != (size.count is None) or fleets != capacity:
        has, wants = ("fleets", "--on-demand or --spot") if fleets else ("groups", "--count")
        raise UsageError(f"Cluster {cluster_id} has instance {has}: give {wants}.")
    kind = "InstanceFleetType" if fleets else "InstanceGroupType"
    found = [part for part in parts_of(aws, cluster) if part[kind] == role.upper()]
    if len(found) != 1:
        what = "several parts" if found else "no part"
        raise UsageError(f"Cluster {cluster_id} has {what} for the role {role}.")
    with said():
        if fleets:
            asked = _fleet_change(found[0], size)
            aws.emr.modify_instance_fleet(ClusterId=cluster_id, InstanceFleet=asked)
        else:
            asked = {"InstanceGroupId": found[0]["Id"], "InstanceCount": size.count}
            aws.emr.modify_instance_groups(ClusterId=cluster_id, InstanceGroups=[asked])
    return asked
