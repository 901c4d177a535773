# SPDX-License-Identifier: Apache-2.0
"""A cluster's description -> the request that makes it (RunJobFlow)."""

from __future__ import annotations

import json
import math
from importlib.resources import files
from typing import Any

from verger.emr.archive import Archive
from verger.emr.config import ClusterConfig
from verger.emr.instances import memory_of, vcpus_of
from verger.emr.ours import check_machine, tags_for
from verger.emr.parts import Ebs, Fleet, FleetType, Group

_ROLES = {"master": "MASTER", "core": "CORE", "task": "TASK"}
_JUPYTER = "jupyter-s3-conf"
_MOST_YARN = 0.75  # EMR gives YARN at least this share of an instance's memory


def memory_settings(role: str, megabytes: int, parts: int) -> dict[str, str]:
    """Return Spark's settings of a role's memory: one of so many parts is the Java heap."""
    heap = megabytes // parts
    return {
        f"spark.{role}.memory": f"{heap}m",
        f"spark.{role}.memoryOverhead": f"{megabytes - heap}m",
    }


def spark_defaults(config: ClusterConfig) -> dict[str, str]:
    """Return Spark's settings: one executor a node that leaves room for a driver, then the user's.

    The smallest worker's YARN memory is shared out as 3/4 to the executor and 1/4 to a driver, so
    that one executor fits beside one driver, and never two executors on a node. Two thirds of an
    executor are for the Python workers, where the network is.
    """
    ours: dict[str, str] = {}
    known = [kind for kind in config.worker_types() if vcpus_of(kind) is not None]
    if known:
        smallest = min(known, key=lambda kind: memory_of(kind) or 0)
        yarn = math.floor((memory_of(smallest) or 0) * 1024 * _MOST_YARN)
        executor, driver = yarn * 3 // 4, yarn // 4
        ours = {
            "spark.executor.cores": str(vcpus_of(smallest)),
            **memory_settings("executor", executor, 3),
            **memory_settings("driver", driver, 2),
        }
    return ours | config.spark


def jupyter_configuration(config: ClusterConfig) -> list[dict[str, Any]]:
    """Return what jupyter-s3-conf.json holds: notebooks persist in the bucket."""
    text = files("verger.emr").joinpath("jupyter-s3-conf.json").read_text()
    document: list[dict[str, Any]] = json.loads(text)
    document[0]["Properties"]["s3.persistence.bucket"] = config.folder.bucket
    return document


def _configurations(config: ClusterConfig) -> list[dict[str, Any]]:
    configurations = [{"Classification": "spark-defaults", "Properties": spark_defaults(config)}]
    if "JupyterHub" in config.applications:
        configurations += jupyter_configuration(config)
    return configurations


def _ebs(ebs: Ebs) -> dict[str, Any]:
    volume: dict[str, Any] = {"VolumeType": ebs.type, "SizeInGB": ebs.size_gb}
    if ebs.iops is not None:
        volume["Iops"] = ebs.iops
    if ebs.throughput is not None:
        volume["Throughput"] = ebs.throughput
    return {
        "EbsBlockDeviceConfigs": [
            {"VolumeSpecification": volume, "VolumesPerInstance": ebs.volumes}
        ]
    }


def _group(role: str, group: Group) -> dict[str, Any]:
    made: dict[str, Any] = {
        "Name": role,
        "InstanceRole": _ROLES[role],
        "InstanceType": group.type,
        "InstanceCount": group.count,
        "Market": "SPOT" if group.market == "spot" else "ON_DEMAND",
    }
    if group.bid_price is not None:
        made["BidPrice"] = group.bid_price
    if group.ebs is not None:
        made["EbsConfiguration"] = _ebs(group.ebs)
    return made


def _fleet_type(each: FleetType) -> dict[str, Any]:
    made: dict[str, Any] = {"InstanceType": each.type, "WeightedCapacity": each.weight}
    if each.bid_percent is not None:
        made["BidPriceAsPercentageOfOnDemandPrice"] = each.bid_percent
    if each.ebs is not None:
        made["EbsConfiguration"] = _ebs(each.ebs)
    return made


def _fleet(role: str, fleet: Fleet) -> dict[str, Any]:
    made = {
        "Name": role,
        "InstanceFleetType": _ROLES[role],
        "TargetOnDemandCapacity": fleet.on_demand,
        "TargetSpotCapacity": fleet.spot,
        "InstanceTypeConfigs": [_fleet_type(each) for each in fleet.types],
    }
    if fleet.spot:
        made["LaunchSpecifications"] = {
            "SpotSpecification": {
                "TimeoutDurationMinutes": fleet.spot_timeout_minutes,
                "TimeoutAction": fleet.on_timeout.replace("-", "_").upper(),
                "AllocationStrategy": fleet.spot_allocation,
            }
        }
    return made


def _instances(config: ClusterConfig) -> dict[str, Any]:
    made: dict[str, Any] = {
        "KeepJobFlowAliveWhenNoSteps": True,  # the idle limit ends it
        "TerminationProtected": config.termination_protected,
    }
    groups, fleets = [], []
    for role, part in config.roles_of_instances().items():
        if isinstance(part, Group):
            groups.append(_group(role, part))
        else:
            fleets.append(_fleet(role, part))
    made |= {"InstanceGroups": groups} if groups else {"InstanceFleets": fleets}
    if config.subnet is not None:
        several = isinstance(config.subnet, list)
        made["Ec2SubnetIds" if several else "Ec2SubnetId"] = config.subnet
    security = config.security_groups
    optional = {
        "Ec2KeyName": config.key,
        "EmrManagedMasterSecurityGroup": security.master,
        "EmrManagedSlaveSecurityGroup": security.core,
        "ServiceAccessSecurityGroup": security.service,
        "AdditionalMasterSecurityGroups": security.additional_master,
        "AdditionalSlaveSecurityGroups": security.additional_core,
    }
    return made | {name: value for name, value in optional.items() if value}


def _bootstrap(config: ClusterConfig) -> list[dict[str, Any]]:
    own = [
        {"Name": each.name,
         "ScriptBootstrapAction": {"Path": each.script, "Args": each.arguments}}
        for each in config.bootstrap
    ]  # fmt: skip
    seconds = max(60, round(config.max_age_hours * 3600))
    arguments = ["--region", config.region, "--max-age-seconds", str(seconds)]
    if config.termination_protected:
        arguments.append("--protected")
    ours = {"Path": config.folder.bootstrap, "Args": arguments}
    return [{"Name": "verger", "ScriptBootstrapAction": ours}, *own]


def tags(config: ClusterConfig, archive: Archive) -> list[dict[str, str]]:
    """Return the cluster's tags: ours, by which it is known again, and the user's."""
    # EMR's own managed policies are for what bears this tag.
    theirs = {"for-use-with-amazon-emr-managed-policies": "true"}
    return [
        {"Key": name, "Value": value}
        for name, value in {**theirs, **tags_for(config, archive)}.items()
    ]


def run_job_flow(config: ClusterConfig, archive: Archive) -> dict[str, Any]:
    """Return the request that makes the cluster, complete, without steps."""
    check_machine(config, archive)
    made: dict[str, Any] = {
        "Name": config.name,
        "ReleaseLabel": config.release,
        "LogUri": config.logs or config.folder.logs,
        "Applications": [{"Name": name} for name in config.applications],
        "Configurations": _configurations(config),
        "Instances": _instances(config),
        "BootstrapActions": _bootstrap(config),
        "JobFlowRole": config.roles.instances,
        "ServiceRole": config.roles.service,
        "Tags": tags(config, archive),
        "VisibleToAllUsers": True,
        "EbsRootVolumeSize": config.root_volume_gb,
        "StepConcurrencyLevel": config.step_concurrency,
        "AutoTerminationPolicy": {"IdleTimeout": config.idle_timeout_minutes * 60},
    }
    if config.security_configuration is not None:
        made["SecurityConfiguration"] = config.security_configuration
    if config.scaling is not None:
        made["ManagedScalingPolicy"] = {"ComputeLimits": _limits(config)}
    return made


def _limits(config: ClusterConfig) -> dict[str, Any]:
    scaling = config.scaling
    assert scaling is not None
    limits: dict[str, Any] = {
        "UnitType": "Instances" if config.instances else "InstanceFleetUnits",
        "MinimumCapacityUnits": scaling.minimum,
        "MaximumCapacityUnits": scaling.maximum,
    }
    if scaling.maximum_on_demand is not None:
        limits["MaximumOnDemandCapacityUnits"] = scaling.maximum_on_demand
    if scaling.maximum_core is not None:
        limits["MaximumCoreCapacityUnits"] = scaling.maximum_core
    return limits
