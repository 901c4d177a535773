# SPDX-License-Identifier: Apache-2.0
"""More or fewer instances in a group, more or less capacity in a fleet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verger.emr.aws import Aws, said
from verger.emr.cluster import check_ours, describe, parts_of
from verger.emr.errors import UsageError


@dataclass(frozen=True)
class Size:
    """A group's number of instances, a fleet's capacity of either kind, or an application's."""

    role: str | None = None
    count: int | None = None
    on_demand: int | None = None
    spot: int | None = None
    vcpus: int | None = None
    memory_gb: int | None = None
    disk_gb: int | None = None

    @property
    def of_instances(self) -> bool:
        """Whether it says something of instances."""
        return (self.role, self.count, self.on_demand, self.spot) != (None,) * 4

    @property
    def of_application(self) -> dict[str, int | None]:
        """What it says of an application."""
        return {"vcpus": self.vcpus, "memory_gb": self.memory_gb, "disk_gb": self.disk_gb}


def _fleet_change(fleet: dict[str, Any], size: Size) -> dict[str, Any]:
    capacities = {
        "TargetOnDemandCapacity": size.on_demand,
        "TargetSpotCapacity": size.spot,
    }
    given = {name: value for name, value in capacities.items() if value is not None}
    return {"InstanceFleetId": fleet["Id"], **given}


def resize(aws: Aws, cluster_id: str, size: Size) -> dict[str, Any]:
    """Set the size of a cluster's core or task part; return which, and what was asked of AWS.

    UsageError when the cluster is not ours or has no such part, or the size is not of its kind.
    """
    cluster = describe(aws, cluster_id)
    check_ours(cluster)
    fleets = cluster.get("InstanceCollectionType") == "INSTANCE_FLEET"
    capacity = (size.on_demand, size.spot) != (None, None)
    foreign = any(size.of_application.values())
    if foreign or fleets != (size.count is None) or fleets != capacity:
        has, wants = ("fleets", "--on-demand or --spot") if fleets else ("groups", "--count")
        raise UsageError(f"Cluster {cluster_id} has instance {has}: give {wants}.")
    kind = "InstanceFleetType" if fleets else "InstanceGroupType"
    role = size.role or "core"
    same_role = [part for part in parts_of(aws, cluster) if part[kind] == role.upper()]
    if len(same_role) != 1:
        what = "several parts" if same_role else "no part"
        raise UsageError(f"Cluster {cluster_id} has {what} for the role {role}.")
    with said():
        if fleets:
            asked = _fleet_change(same_role[0], size)
            aws.emr.modify_instance_fleet(ClusterId=cluster_id, InstanceFleet=asked)
        else:
            asked = {"InstanceGroupId": same_role[0]["Id"], "InstanceCount": size.count}
            aws.emr.modify_instance_groups(ClusterId=cluster_id, InstanceGroups=[asked])
    return {"role": role, "asked": asked}
