# SPDX-License-Identifier: Apache-2.0
"""The `aws emr create-cluster` command that makes the same cluster as a request.

The program `aws` has neither `emr run-job-flow` nor `--cli-input-json` for `emr create-cluster`, so
the parts of the request become that command's own options, the nested ones as JSON.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

from verger.emr.errors import UsageError

# Option, and the part of the request that it takes as it is.
_PLAIN = {
    "Name": "--name",
    "ReleaseLabel": "--release-label",
    "OSReleaseLabel": "--os-release-label",
    "LogUri": "--log-uri",
    "LogEncryptionKmsKeyId": "--log-encryption-kms-key-id",
    "ServiceRole": "--service-role",
    "AutoScalingRole": "--auto-scaling-role",
    "ScaleDownBehavior": "--scale-down-behavior",
    "SecurityConfiguration": "--security-configuration",
    "CustomAmiId": "--custom-ami-id",
    "EbsRootVolumeSize": "--ebs-root-volume-size",
    "EbsRootVolumeIops": "--ebs-root-volume-iops",
    "EbsRootVolumeThroughput": "--ebs-root-volume-throughput",
    "RepoUpgradeOnBoot": "--repo-upgrade-on-boot",
    "StepConcurrencyLevel": "--step-concurrency-level",
}
_AS_JSON = {
    "Applications": "--applications",
    "Configurations": "--configurations",
    "ManagedScalingPolicy": "--managed-scaling-policy",
    "AutoTerminationPolicy": "--auto-termination-policy",
    "PlacementGroupConfigs": "--placement-group-configs",
    "MonitoringConfiguration": "--monitoring-configuration",
}
_EC2 = {
    "Ec2KeyName": "KeyName",
    "Ec2SubnetId": "SubnetId",
    "Ec2SubnetIds": "SubnetIds",
    "EmrManagedMasterSecurityGroup": "EmrManagedMasterSecurityGroup",
    "EmrManagedSlaveSecurityGroup": "EmrManagedSlaveSecurityGroup",
    "ServiceAccessSecurityGroup": "ServiceAccessSecurityGroup",
    "AdditionalMasterSecurityGroups": "AdditionalMasterSecurityGroups",
    "AdditionalSlaveSecurityGroups": "AdditionalSlaveSecurityGroups",
}
_ELSEWHERE = ("Instances", "BootstrapActions", "Tags", "JobFlowRole", "VisibleToAllUsers",
              "ExtendedSupport", "SessionEnabled")  # fmt: skip


def _flag(name: str, value: bool) -> str:
    return f"--{'' if value else 'no-'}{name}"


def _group(group: dict[str, Any]) -> dict[str, Any]:
    """Of an instance group the program calls the role another name."""
    made = {k: v for k, v in group.items() if k not in ("InstanceRole", "Market")}
    return {"InstanceGroupType": group["InstanceRole"], **made}


def _ec2(request: dict[str, Any]) -> dict[str, Any]:
    instances = request["Instances"]
    made = {theirs: instances[ours] for ours, theirs in _EC2.items() if ours in instances}
    made |= instances.get("Placement", {})  # AvailabilityZone or AvailabilityZones
    if "JobFlowRole" in request:
        made["InstanceProfile"] = request["JobFlowRole"]
    return made


def _bootstrap(action: dict[str, Any]) -> dict[str, Any]:
    script = action["ScriptBootstrapAction"]
    return {"Name": action["Name"], "Path": script["Path"], "Args": script.get("Args", [])}


def _spot_at_on_demand(groups: list[dict[str, Any]]) -> None:
    """The program takes a group for spot by its bid; OnDemandPrice is a bid without a number."""
    for group in groups:
        if group.get("Market") == "SPOT" and "BidPrice" not in group:
            group["BidPrice"] = "OnDemandPrice"


def _instances(instances: dict[str, Any]) -> list[str]:
    words = [
        _flag("termination-protected", instances["TerminationProtected"]),
        "--no-auto-terminate" if instances["KeepJobFlowAliveWhenNoSteps"] else "--auto-terminate",
    ]
    if "UnhealthyNodeReplacement" in instances:
        words.append(_flag("unhealthy-node-replacement", instances["UnhealthyNodeReplacement"]))
    if "InstanceFleets" in instances:
        return [*words, "--instance-fleets", json.dumps(instances["InstanceFleets"])]
    groups = [dict(group) for group in instances["InstanceGroups"]]
    _spot_at_on_demand(groups)
    return [*words, "--instance-groups", json.dumps([_group(group) for group in groups])]


def _tag(tag: dict[str, str]) -> str:
    if "=" in tag["Key"]:
        raise UsageError(f"`aws emr create-cluster` cannot write the tag {tag['Key']!r}.")
    return text_only(f"{tag['Key']}={tag['Value']}")


def text_only(value: str) -> str:
    """UsageError for what `aws` would take for a file's contents, an address, or an option."""
    if value.startswith("-") or re.match(r"(file|fileb|https?)://", value):
        raise UsageError(f"`aws emr create-cluster` would not take {value!r} for a text.")
    return value


def words(request: dict[str, Any], region: str) -> list[str]:
    """Return the command's words. UsageError for what the program has no option for, or reads."""
    unknown = set(request) - set(_PLAIN) - set(_AS_JSON) - set(_ELSEWHERE)
    if unknown:
        raise UsageError(f"`aws emr create-cluster` has no option for {', '.join(unknown)}.")
    made = ["aws", "emr", "create-cluster", "--region", text_only(region)]
    for name, option in _PLAIN.items():
        if name in request:
            made += [option, text_only(str(request[name]))]
    for name, option in _AS_JSON.items():
        if name in request:
            made += [option, json.dumps(request[name])]
    made += ["--ec2-attributes", json.dumps(_ec2(request)), *_instances(request["Instances"])]
    if actions := request.get("BootstrapActions"):
        made += ["--bootstrap-actions", json.dumps([_bootstrap(each) for each in actions])]
    if tags := request.get("Tags"):
        made += ["--tags", *(_tag(tag) for tag in tags)]
    made.append(_flag("visible-to-all-users", request.get("VisibleToAllUsers", True)))
    for name, option in (("ExtendedSupport", "extended-support"),
                         ("SessionEnabled", "session-enabled")):  # fmt: skip
        if name in request:
            made.append(_flag(option, request[name]))
    return made


def command(request: dict[str, Any], region: str) -> str:
    """Return the command as a line for a shell, everything quoted. UsageError as words()."""
    return shlex.join(words(request, region))


def command_or_reason(request: dict[str, Any], region: str) -> tuple[str | None, str]:
    """Return the command and "", or None and why there is none."""
    try:
        return command(request, region), ""
    except UsageError as error:
        return None, str(error)
