"""The commands that only look: plan, status, logs, ls, history, policy."""

from __future__ import annotations

from typing import Any

import click

from verger.emr import cluster, config, history, iam, logs, steps
from verger.emr.aws import Aws, said
from verger.emr.cli_common import (
    archive_option,
    as_json,
    bill_document,
    connected,
    description,
    find_archive,
    money,
)
from verger.emr.console import Console
from verger.emr.console import as_json as to_json
from verger.emr.errors import UsageError
from verger.emr.estimate import bill
from verger.emr.plan import plan_of, words_of


@click.command()
@description
@click.option("--images", type=click.IntRange(2), required=True, help="How many photographs.")
@click.option("--precision", type=click.Choice(["f32", "bf16"]), default="f32", show_default=True,
              help="Arithmetic of the network.")  # fmt: skip
@click.option("--prefixes", type=click.IntRange(1), default=1, show_default=True,
              help="Folders over which S3 can spread the reads.")  # fmt: skip
@archive_option
@as_json
def plan(description: str, images: int, precision: str, prefixes: int,
         archive_source: str | None, json_wanted: bool) -> None:  # fmt: skip
    """Print what would be created, where files go, and an estimate of time and money.

    Nothing is asked of AWS, and no credentials are needed.

    \b
    verger-emr plan examples/emr/m5.yaml --images 100000
    """
    console = Console(json_wanted=json_wanted)
    wanted = config.load(description)
    archive = find_archive(archive_source, wanted.machine)
    made = plan_of(wanted, archive, images, precision, prefixes)
    console.result(made, words_of(made))


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


def _step(step: dict[str, Any]) -> dict[str, Any]:
    return {"step_id": step["Id"], "name": step["Name"], "state": step["Status"]["State"]}


def _summary(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "cluster_id": found["Id"],
        "name": found["Name"],
        "state": cluster.state_of(found),
        "ours": cluster.is_ours(found),
        "protected": bool(found.get("TerminationProtected")),
        "age_s": round(cluster.age_s(found)),
    }


@click.command()
@click.argument("cluster_id", metavar="CLUSTER")
@connected
def status(cluster_id: str, region: str | None, profile: str | None, json_wanted: bool) -> None:
    """Say how a cluster is, what runs on it, and what it cost so far."""
    aws = Aws(region, profile)
    found = cluster.describe(aws, cluster_id)
    with said():
        ending = aws.emr.get_auto_termination_policy(ClusterId=cluster_id)
    parts = [_part(part) for part in cluster.parts_of(aws, found)]
    ran = [_step(step) for step in steps.steps_of(aws, cluster_id)]
    cost = bill(cluster.instances_of(aws, cluster_id), aws.region)
    document = _summary(found) | {
        "reason": cluster.reason_of(found),
        "release": found.get("ReleaseLabel"),
        "master": found.get("MasterPublicDnsName"),
        "idle_timeout_s": ending.get("AutoTerminationPolicy", {}).get("IdleTimeout"),
        "instances": parts,
        "steps": ran,
        "cost": bill_document(cost),
    }
    lines = [f"{cluster_id} '{found['Name']}': {document['state']} {document['reason']}".rstrip()]
    lines += [f"  {part['role']:<7} {part['running']} of {part['requested']} "
              f"{'/'.join(part['types'])}" for part in parts]  # fmt: skip
    lines += [f"  {step['step_id']} {step['state']}: {step['name']}" for step in ran]
    lines.append(f"  cost so far: {money(cost)}")
    Console(json_wanted=json_wanted).result(document, "\n".join(lines))


@click.command(name="logs")
@click.argument("cluster_id", metavar="CLUSTER")
@click.argument("step_id", metavar="STEP", required=False)
@click.option("--list", "list_wanted", is_flag=True, help="Name all logs; print none.")
@connected
def logs_command(cluster_id: str, step_id: str | None, list_wanted: bool, region: str | None,
                 profile: str | None, json_wanted: bool) -> None:  # fmt: skip
    """Print the logs of a step, by default the newest, and of the Spark driver it started.

    EMR brings logs to S3 every five minutes, and when the cluster ends.
    """
    console = Console(json_wanted=json_wanted)
    aws = Aws(region, profile)
    if list_wanted:
        bucket, keys = logs.keys(aws, cluster_id)
        places = [f"s3://{bucket}/{key}" for key in keys]
        console.result({"cluster_id": cluster_id, "logs": places}, "\n".join(places))
        return
    if step_id is None:
        ran = steps.steps_of(aws, cluster_id)
        if not ran:
            raise UsageError(f"Cluster {cluster_id} has run no step; --list names its logs.")
        step_id = ran[0]["Id"]
    found = list(logs.of_step(aws, cluster_id, step_id))
    if not found:
        console.note(f"no logs of {step_id} yet: EMR brings them within five minutes")
    document = {"cluster_id": cluster_id, "step_id": step_id,
                "logs": [{"uri": log.uri, "text": log.text} for log in found]}  # fmt: skip
    console.result(document, "\n".join(f"== {log.uri}\n{log.text}" for log in found))


@click.command()
@click.option("--all", "ended", is_flag=True, help="Also those that have ended.")
@click.option("--others", is_flag=True, help="Also those that verger-emr did not make.")
@connected
def ls(ended: bool, others: bool, region: str | None, profile: str | None,
       json_wanted: bool) -> None:  # fmt: skip
    """List the clusters that verger-emr made."""
    aws = Aws(region, profile)
    rows = [_summary(each) for each in cluster.clusters(aws, ended=ended, others=others)]
    lines = [f"{row['cluster_id']}  {row['state']:<22} {row['age_s'] / 3600:6.1f} h  {row['name']}"
             for row in rows]  # fmt: skip
    text = "\n".join(lines) or f"no clusters in {aws.region}"
    Console(json_wanted=json_wanted).result({"region": aws.region, "clusters": rows}, text)


@click.command(name="history")
@click.argument("cluster_id", metavar="CLUSTER")
@click.option("--tunnel", is_flag=True, help="The SSH command to the cluster's own server instead.")
@click.option("--key-file", type=click.Path(), help="Private key for --tunnel.")
@connected
def history_command(cluster_id: str, tunnel: bool, key_file: str | None, region: str | None,
                    profile: str | None, json_wanted: bool) -> None:  # fmt: skip
    """Give the address of Spark's History Server; it lets in whoever has it, for a short while."""
    aws = Aws(region, profile)
    if tunnel:
        command, address = history.tunnel(aws, cluster_id, key_file)
        document = {"cluster_id": cluster_id, "command": command, "address": address}
        text = f"{command}\nand then {address}"
    else:
        address = history.persistent(aws, cluster_id)
        document, text = {"cluster_id": cluster_id, "address": address}, address
    Console(json_wanted=json_wanted).result(document, text)


@click.command()
@click.argument("whose", type=click.Choice(["operator", "instances"]))
@description
@as_json
def policy(whose: str, description: str, json_wanted: bool) -> None:
    """Print the IAM policy that is enough: for who runs this program, or for the instances."""
    wanted = config.load(description)
    if whose == "operator":
        document = iam.operator(wanted.folder, wanted.roles.service, wanted.roles.instances)
    else:
        document = iam.of_instances(wanted.folder)
    Console(json_wanted=json_wanted).result(document, to_json(document))


COMMANDS = (plan, status, logs_command, ls, history_command, policy)
