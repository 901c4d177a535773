# SPDX-License-Identifier: Apache-2.0
"""The least that IAM must allow: to the person who runs verger-emr, and to the instances."""

from __future__ import annotations

from typing import Any

from verger.emr.ours import MANAGED
from verger.emr.places import Folder

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
    "serverless.create_application": (
        "emr-serverless:CreateApplication",
        "emr-serverless:TagResource",  # the request has tags
    ),
    "serverless.get_application": ("emr-serverless:GetApplication",),
    "serverless.list_applications": ("emr-serverless:ListApplications",),
    "serverless.start_application": ("emr-serverless:StartApplication",),
    "serverless.stop_application": ("emr-serverless:StopApplication",),
    "serverless.update_application": ("emr-serverless:UpdateApplication",),
    "serverless.delete_application": ("emr-serverless:DeleteApplication",),
    "serverless.start_job_run": (
        "emr-serverless:StartJobRun",
        "emr-serverless:TagResource",
        "iam:PassRole",  # the role of the jobs is handed over
    ),
    "serverless.get_job_run": ("emr-serverless:GetJobRun",),
    "serverless.list_job_runs": ("emr-serverless:ListJobRuns",),
    "serverless.cancel_job_run": ("emr-serverless:CancelJobRun",),
    "serverless.get_dashboard_for_job_run": ("emr-serverless:GetDashboardForJobRun",),
    "s3.put_object": ("s3:PutObject",),
    "s3.upload_file": ("s3:PutObject", "s3:AbortMultipartUpload"),  # in parts when it is large
    "s3.head_object": ("s3:GetObject",),
    "s3.get_object": ("s3:GetObject",),
    "s3.list_objects_v2": ("s3:ListBucket",),
}
# These act on what exists: only on clusters, applications and runs that bear our tag.
_ON_OURS = (
    "CancelJobRun", "DeleteApplication", "GetDashboardForJobRun", "StartApplication",
    "StartJobRun", "StopApplication", "UpdateApplication",
    "AddJobFlowSteps", "AddTags", "CancelSteps", "CreatePersistentAppUI",
    "GetPersistentAppUIPresignedURL", "ModifyInstanceFleet", "ModifyInstanceGroups",
    "PutAutoTerminationPolicy", "PutManagedScalingPolicy", "SetTerminationProtection",
    "TerminateJobFlows",
)  # fmt: skip
_LOOKING = ("Describe", "Get", "List")
_LS = ("emr.list_clusters", "emr.describe_cluster", "serverless.list_applications",
       "serverless.get_application")  # fmt: skip  # `ls` lists both
# The service's name in calls and in actions, and the condition keys' prefix.
_EC2 = ("emr", "elasticmapreduce", "elasticmapreduce")
_SERVERLESS = ("serverless", "emr-serverless", "aws")
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


def _tagged(prefix: str, whose: str) -> dict[str, Any]:
    return {"StringEquals": {f"{prefix}:{whose}Tag/{MANAGED}": "true"}}


def _operator(folder: Folder, names: tuple[str, str, str], roles: list[str],
              services: list[str]) -> dict[str, Any]:  # fmt: skip
    called, service, keys = names
    used = {name for name in CALLS if name.startswith((f"{called}.", "s3."))}
    every = {action for name in (*used, *_LS) for action in CALLS[name]}
    ours = {a for a in every if a.startswith(f"{service}:") and a.split(":")[1] in _ON_OURS}
    files = {action for action in every if action.startswith("s3:")} - {"s3:ListBucket"}
    others = every - ours - files - {"s3:ListBucket", "iam:PassRole"}
    looking = {action for action in others if action.split(":")[1].startswith(_LOOKING)}
    return _document(
        _allow("Look", looking, "*"),
        _allow("Create", others - looking, "*", _tagged(keys, "Request")),
        _allow("UseOurs", ours, "*", _tagged(keys, "Resource")),
        _allow("HandOverRoles", {"iam:PassRole"}, roles,
               {"StringEquals": {"iam:PassedToService": services}}),
        _allow("Files", files, _objects(folder)),
        _allow("List", {"s3:ListBucket"}, f"arn:aws:s3:::{folder.bucket}"),
    )  # fmt: skip


def operator(folder: Folder, service: str, instances: str) -> dict[str, Any]:
    """Return the policy of who runs clusters with a folder and the names of both roles."""
    roles = [f"arn:aws:iam::*:role/{name}" for name in (service, instances)]
    return _operator(folder, _EC2, roles, ["elasticmapreduce.amazonaws.com", "ec2.amazonaws.com"])


def operator_of_serverless(folder: Folder, role: str) -> dict[str, Any]:
    """Return the policy of who runs applications with a folder and the ARN of the jobs' role."""
    return _operator(folder, _SERVERLESS, [role], ["emr-serverless.amazonaws.com"])


def of_jobs(folder: Folder) -> dict[str, Any]:
    """Return the policy of the role that an application's jobs have; they write its logs too."""
    return _document(
        _allow("Files", set(JOB_ACTIONS), _objects(folder)),
        _allow("List", {"s3:ListBucket"}, f"arn:aws:s3:::{folder.bucket}"),
    )


def trust_of_jobs(role: str, region: str) -> dict[str, Any]:
    """Return who may take that role: EMR Serverless, for applications of the role's account."""
    account = role.split(":")[4]
    applications = f"arn:aws:emr-serverless:{region}:{account}:/applications/*"
    return _document({
        "Sid": "Applications", "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "emr-serverless.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceAccount": account},
                      "ArnLike": {"aws:SourceArn": applications}},
    })  # fmt: skip


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
