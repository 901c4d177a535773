# SPDX-License-Identifier: Apache-2.0
"""A cluster as AWS describes it -> the request that makes its like, without steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verger.emr.aws import Aws, pages, said
from verger.emr.cluster import describe, parts_of, tags_of
from verger.emr.errors import UsageError
from verger.emr.ours import MANAGED

# DescribeCluster and RunJobFlow call these the same.
_SAME = ("Name", "ReleaseLabel", "OSReleaseLabel", "LogEncryptionKmsKeyId", "ServiceRole",
         "AutoScalingRole", "ScaleDownBehavior", "CustomAmiId", "SecurityConfiguration",
         "EbsRootVolumeSize", "EbsRootVolumeIops", "EbsRootVolumeThroughput", "RepoUpgradeOnBoot",
         "StepConcurrencyLevel", "VisibleToAllUsers", "ExtendedSupport",
         "MonitoringConfiguration", "SessionEnabled")  # fmt: skip
_SAME_EC2 = ("Ec2KeyName", "EmrManagedMasterSecurityGroup", "EmrManagedSlaveSecurityGroup",
             "ServiceAccessSecurityGroup", "AdditionalMasterSecurityGroups",
             "AdditionalSlaveSecurityGroups")  # fmt: skip
_SAME_TYPE = ("InstanceType", "WeightedCapacity", "BidPrice",
              "BidPriceAsPercentageOfOnDemandPrice", "CustomAmiId", "Priority")  # fmt: skip


@dataclass(frozen=True)
class Description:
    """All that AWS tells of how a cluster was made."""

    cluster: dict[str, Any]
    parts: list[dict[str, Any]]  # groups or fleets
    bootstrap: list[dict[str, Any]]
    scaling: dict[str, Any] | None
    auto_termination: dict[str, Any] | None


def describe_all(aws: Aws, cluster_id: str) -> Description:
    """Ask AWS for all of it."""
    cluster = describe(aws, cluster_id)
    parts = parts_of(aws, cluster)
    with said():
        actions = list(
            pages(aws.emr, "list_bootstrap_actions", "BootstrapActions", ClusterId=cluster_id)
        )
        scaling = aws.emr.get_managed_scaling_policy(ClusterId=cluster_id)
        ending = aws.emr.get_auto_termination_policy(ClusterId=cluster_id)
    return Description(
        cluster, parts, actions,
        scaling.get("ManagedScalingPolicy"), ending.get("AutoTerminationPolicy"),
    )  # fmt: skip


def _given(source: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    empty: tuple[Any, ...] = (None, "", [], {})
    return {name: source[name] for name in names if source.get(name) not in empty}


def _ebs(source: dict[str, Any]) -> dict[str, Any]:
    """Volumes are described one by one, and asked for as so many of a kind."""
    kinds: list[dict[str, Any]] = []
    for device in source.get("EbsBlockDevices", []):
        volume = {k: v for k, v in device["VolumeSpecification"].items() if v is not None}
        if kinds and kinds[-1]["VolumeSpecification"] == volume:
            kinds[-1]["VolumesPerInstance"] += 1
        else:
            kinds.append({"VolumeSpecification": volume, "VolumesPerInstance": 1})
    if not kinds:
        return {}
    configuration: dict[str, Any] = {"EbsBlockDeviceConfigs": kinds}
    if source.get("EbsOptimized"):
        configuration["EbsOptimized"] = True
    return {"EbsConfiguration": configuration}


def _group(group: dict[str, Any]) -> dict[str, Any]:
    made = _given(group, ("Name", "InstanceType", "Market", "BidPrice", "Configurations",
                          "CustomAmiId"))  # fmt: skip
    made["InstanceRole"] = group["InstanceGroupType"]
    made["InstanceCount"] = group["RequestedInstanceCount"]
    if policy := group.get("AutoScalingPolicy"):
        made["AutoScalingPolicy"] = {k: v for k, v in policy.items() if k != "Status"}
    return made | _ebs(group)


def _fleet(fleet: dict[str, Any]) -> dict[str, Any]:
    made = _given(fleet, ("Name", "InstanceFleetType", "TargetOnDemandCapacity",
                          "TargetSpotCapacity", "LaunchSpecifications", "ResizeSpecifications",
                          "Context"))  # fmt: skip
    made["InstanceTypeConfigs"] = [
        _given(each, (*_SAME_TYPE, "Configurations")) | _ebs(each)
        for each in fleet.get("InstanceTypeSpecifications", [])
    ]
    return made


def _rank(role: str) -> int:
    """AWS tells the parts in any order."""
    return ("MASTER", "CORE", "TASK").index(role)


def _instances(description: Description) -> dict[str, Any]:
    cluster = description.cluster
    ec2 = cluster.get("Ec2InstanceAttributes", {})
    made: dict[str, Any] = {
        "KeepJobFlowAliveWhenNoSteps": not cluster.get("AutoTerminate", False),
        "TerminationProtected": cluster.get("TerminationProtected", False),
        **_given(ec2, _SAME_EC2),
    }
    if cluster.get("UnhealthyNodeReplacement") is not None:
        made["UnhealthyNodeReplacement"] = cluster["UnhealthyNodeReplacement"]
    if cluster.get("InstanceCollectionType") == "INSTANCE_FLEET":
        fleets = [_fleet(part) for part in description.parts]
        made["InstanceFleets"] = sorted(fleets, key=lambda each: _rank(each["InstanceFleetType"]))
    else:
        groups = [_group(part) for part in description.parts]
        made["InstanceGroups"] = sorted(groups, key=lambda each: _rank(each["InstanceRole"]))
    if ec2.get("RequestedEc2SubnetIds") and "InstanceFleets" in made:
        made["Ec2SubnetIds"] = ec2["RequestedEc2SubnetIds"]
    elif ec2.get("Ec2SubnetId"):
        made["Ec2SubnetId"] = ec2["Ec2SubnetId"]
    elif ec2.get("RequestedEc2AvailabilityZones"):
        made["Placement"] = {"AvailabilityZones": ec2["RequestedEc2AvailabilityZones"]}
    elif ec2.get("Ec2AvailabilityZone"):
        made["Placement"] = {"AvailabilityZone": ec2["Ec2AvailabilityZone"]}
    return made


def _actions(description: Description) -> list[dict[str, Any]]:
    return [
        {"Name": each["Name"],
         "ScriptBootstrapAction": {"Path": each["ScriptPath"], "Args": each.get("Args", [])}}
        for each in description.bootstrap
    ]  # fmt: skip


def _tags(cluster: dict[str, Any]) -> list[dict[str, str]]:
    """What begins with aws: is AWS' own; and a clone is made by verger-emr, whatever it is of."""
    kept = {k: v for k, v in tags_of(cluster).items() if not k.startswith("aws:")}
    return [{"Key": k, "Value": v} for k, v in {**kept, MANAGED: "true"}.items()]


def request_of(description: Description) -> dict[str, Any]:
    """Return the request. UsageError for Kerberos, whose passwords AWS does not tell."""
    cluster = description.cluster
    if cluster.get("KerberosAttributes"):
        raise UsageError(
            f"Cluster {cluster['Id']} uses Kerberos: AWS does not tell its passwords, so it cannot "
            "be cloned; create it from its YAML file."
        )
    optional = {
        # AWS tells the scheme of old.
        "LogUri": (cluster.get("LogUri") or "").replace("s3n://", "s3://", 1),
        "Applications": [
            _given(each, ("Name", "Args", "AdditionalInfo"))
            for each in cluster.get("Applications", [])
        ],
        "Configurations": cluster.get("Configurations"),
        "BootstrapActions": _actions(description),
        "JobFlowRole": cluster.get("Ec2InstanceAttributes", {}).get("IamInstanceProfile"),
        "Tags": _tags(cluster),
        "PlacementGroupConfigs": cluster.get("PlacementGroups"),
        "ManagedScalingPolicy": description.scaling,
        "AutoTerminationPolicy": _given(description.auto_termination or {}, ("IdleTimeout",)),
    }
    return {
        **_given(cluster, _SAME),
        **{name: value for name, value in optional.items() if value},
        "Instances": _instances(description),
    }
