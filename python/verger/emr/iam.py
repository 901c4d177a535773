"""The least that IAM must allow: to the person who runs verger-emr, and to the instances."""

from __future__ import annotations

from typing import Any

from verger.emr.places import Folder
from verger.emr.request import MANAGED

# What the code calls, by the name of boto3's method, and the actions that AWS asks for it. A test
# finds each of these calls in the code, and each call of the code here.
CALLS: dict[str, tuple[str, ...]] = {
    "emr.run_job_flow": (
        "elasticmapreduce:RunJobFlow",
        "elasticmapreduce:AddTags",  # the request has tags
        "elasticmapreduce:PutAutoTerminationPolicy",  # and these two policies
        "elasticmapreduce:PutManagedScalingPolicy",
        "iam:PassRole",  # both roles are handed over
    ),
    "emr.describe_cluster": ("elasticmapreduce:DescribeCluster",),
    "emr.list_clusters": ("elasticmapreduce:ListClusters",),
    "emr.list_instances": ("elasticmapreduce:ListInstances",),
    "emr.list_instance_groups": ("elasticmapreduce:ListInstanceGroups",),
    "emr.list_instance_fleets": ("elasticmapreduce:ListInstanceFleets",),
    "emr.list_bootstrap_actions": ("elasticmapreduce:ListBootstrapActions",),
    "emr.list_steps": ("elasticmapreduce:ListSteps",),
    "emr.get_managed_scaling_policy": ("elasticmapreduce:GetManagedScalingPolicy",),
    "emr.get_auto_termination_policy": ("elasticmapreduce:GetAutoTerminationPolicy",),
    "emr.modify_instance_groups": ("elasticmapreduce:ModifyInstanceGroups",),
    "emr.modify_instance_fleet": ("elasticmapreduce:ModifyInstanceFleet",),
    "emr.set_termination_protection": ("elasticmapreduce:SetTerminationProtection",),
    "emr.terminate_job_flows": ("elasticmapreduce:TerminateJobFlows",),
    "emr.add_job_flow_steps": ("elasticmapreduce:AddJobFlowSteps",),
    "emr.describe_step": ("elasticmapreduce:DescribeStep",),
    "emr.cancel_steps": ("elasticmapreduce:CancelSteps",),
    "emr.create_persistent_app_ui": ("elasticmapreduce:CreatePersistentAppUI",),
    "emr.get_persistent_app_ui_presigned_url": ("elasticmapreduce:GetPersistentAppUIPresignedURL",),
    "s3.put_object": ("s3:PutObject",),
    "s3.upload_file": ("s3:PutObject", "s3:AbortMultipartUpload"),  # in parts when it is large
    "s3.head_object": ("s3:GetObject",),
    "s3.get_object": ("s3:GetObject",),
    "s3.list_objects_v2": ("s3:ListBucket",),
}
# These act on what exists: only on clusters that bear our tag.
_ON_OURS = (
    "AddJobFlowSteps", "AddTags", "CancelSteps", "CreatePersistentAppUI",
    "GetPersistentAppUIPresignedURL", "ModifyInstanceFleet", "ModifyInstanceGroups",
    "PutAutoTerminationPolicy", "PutManagedScalingPolicy", "SetTerminationProtection",
    "TerminateJobFlows",
)  # fmt: skip
_LOOKING = ("Describe", "Get", "List")
# What an instance calls: the bootstrap script's watch on the cluster's age, and the job on S3.
INSTANCE_ACTIONS = ("elasticmapreduce:TerminateJobFlows",)
JOB_ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload",
               "s3:ListMultipartUploadParts")  # fmt: skip


def _allow(name: str, actions: set[str], resource: str | list[str],
           condition: dict[str, Any] | None = None) -> dict[str, Any]:  # fmt: skip
    made: dict[str, Any] = {"Sid": name, "Effect": "Allow", "Action": sorted(actions),
                            "Resource": resource}  # fmt: skip
    return made | ({"Condition": condition} if condition else {})


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _objects(folder: Folder) -> str:
    return f"arn:aws:s3:::{folder.at('*').removeprefix('s3://')}"


def operator(folder: Folder, service: str, instances: str) -> dict[str, Any]:
    """Return the policy of who runs verger-emr with a folder and the names of both roles."""
    every = {action for actions in CALLS.values() for action in actions}
    emr = {action for action in every if action.startswith("elasticmapreduce:")}
    ours = {f"elasticmapreduce:{name}" for name in _ON_OURS}
    looking = {each for each in emr - ours if each.split(":")[1].startswith(_LOOKING)}
    roles = [f"arn:aws:iam::*:role/{name}" for name in (service, instances)]
    return _document(
        _allow("Look", looking, "*"),
        _allow("Create", emr - ours - looking, "*",
               {"StringEquals": {f"elasticmapreduce:RequestTag/{MANAGED}": "true"}}),
        _allow("UseOurs", ours, "*",
               {"StringEquals": {f"elasticmapreduce:ResourceTag/{MANAGED}": "true"}}),
        _allow("HandOverRoles", {"iam:PassRole"}, roles, {"StringEquals": {"iam:PassedToService": [
            "elasticmapreduce.amazonaws.com", "ec2.amazonaws.com"]}}),
        _allow("Files", {a for a in every if a.startswith("s3:") and a != "s3:ListBucket"},
               _objects(folder)),
        _allow("List", {"s3:ListBucket"}, f"arn:aws:s3:::{folder.bucket}"),
    )  # fmt: skip


def of_instances(folder: Folder) -> dict[str, Any]:
    """Return the policy of the instances' role."""
    bucket = f"arn:aws:s3:::{folder.bucket}"
    notebooks = f"{bucket}/jupyter/*"
    return _document(
        _allow("Files", set(JOB_ACTIONS), sorted({_objects(folder), notebooks})),
        _allow("List", {"s3:ListBucket"}, bucket),
        _allow("EndOurs", set(INSTANCE_ACTIONS), "*",
               {"StringEquals": {f"elasticmapreduce:ResourceTag/{MANAGED}": "true"}}),
    )  # fmt: skip
