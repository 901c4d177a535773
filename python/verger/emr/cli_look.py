# SPDX-License-Identifier: Apache-2.0
"""The commands that only look: plan, status, logs, ls, history, policy."""

from __future__ import annotations

from typing import Any

import click

from verger.emr import config, history, iam, logs
from verger.emr.archive import inspect, newest_or_planned
from verger.emr.aws import Aws
from verger.emr.cli_common import (
    archive_option,
    as_json,
    bill_document,
    connected,
    description,
    money,
    target_id,
)
from verger.emr.config import ClusterConfig
from verger.emr.console import Console
from verger.emr.console import as_json as to_json
from verger.emr.errors import AwsError, UsageError
from verger.emr.on_ec2 import OnEc2
from verger.emr.plan import plan_of, words_of
from verger.emr.serverless.on_serverless import OnServerless
from verger.emr.targets import target_with


@click.command()
@description
@click.option("--images", type=click.IntRange(2), required=True, help="How many photographs.")
@click.option("--precision", type=click.Choice(["f32", "bf16"]), default="f32", show_default=True,
              help="Arithmetic of the network.")  # fmt: skip
@click.option("--prefixes", type=click.IntRange(1), default=1, show_default=True,
              help="Folders over which S3 can spread the reads.")  # fmt: skip
@click.option("--aws", is_flag=True,
              help="Also the command of AWS' own program that makes the same.")  # fmt: skip
@archive_option
@as_json
def plan(description: str, images: int, precision: str, prefixes: int, aws: bool,
         archive_source: str | None, json_wanted: bool) -> None:  # fmt: skip
    """Print an estimate of time and money, what would be created, and where files go.

    Nothing is asked of AWS: neither credentials nor the bundle are needed.

    \b
    verger-emr plan examples/emr/m5.yaml --images 100000
    """
    console = Console(json_wanted=json_wanted)
    wanted = config.load(description)
    archive = inspect(archive_source) if archive_source else newest_or_planned(wanted.machine)
    made = plan_of(wanted, archive, images, precision, prefixes)
    console.result(made, words_of(made, aws=aws))


@click.command()
@target_id
@connected
def status(target_id: str, region: str | None, profile: str | None, json_wanted: bool) -> None:
    """Say how a cluster or an application is, what runs on it, and what it cost so far."""
    target = target_with(target_id, Aws(region, profile))
    described = target.find(target_id)
    details, told = target.details(described)
    ran = target.jobs(target_id)
    cost = target.bill(described)
    key = target.job_key
    document = target.summary(described) | details | {
        f"{target.job.replace(' ', '_')}s": [
            {key: job_id, "name": name, "state": state} for job_id, state, name in ran
        ],
        "cost": bill_document(cost),
    }  # fmt: skip
    lines = [
        f"{target_id} '{described.name}': {described.state} {details['reason']}".rstrip(),
        *told,
    ]
    lines += [f"  {job_id} {state}: {name}" for job_id, state, name in ran]
    lines.append(f"  cost so far: {money(cost)}")
    Console(json_wanted=json_wanted).result(document, "\n".join(lines))


@click.command(name="logs")
@target_id
@click.argument("job_id", metavar="JOB", required=False)
@click.option("--list", "list_wanted", is_flag=True, help="Name all logs; print none.")
@connected
def logs_command(target_id: str, job_id: str | None, list_wanted: bool, region: str | None,
                 profile: str | None, json_wanted: bool) -> None:  # fmt: skip
    """Print the logs of a step or job run, by default the newest, and of its Spark driver.

    EMR brings logs to S3 every five minutes, and when the cluster ends.
    """
    console = Console(json_wanted=json_wanted)
    target = target_with(target_id, Aws(region, profile))
    of_target = {f"{target.noun}_id": target_id}
    if list_wanted:
        bucket, keys = logs.keys(target.aws, target.log_place(target_id))
        places = [f"s3://{bucket}/{key}" for key in keys]
        console.result({**of_target, "logs": places}, "\n".join(places))
        return
    job_id = job_id or target.newest(target_id, target.jobs(target_id))
    logs_of = list(target.logs(target_id, job_id))
    if not logs_of:
        console.note(f"no logs of {job_id} yet: EMR brings them within five minutes")
    document = {**of_target, target.job_key: job_id,
                "logs": [{"uri": log.uri, "text": log.text} for log in logs_of]}  # fmt: skip
    console.result(document, "\n".join(f"== {log.uri}\n{log.text}" for log in logs_of))


@click.command()
@click.option("--all", "ended", is_flag=True, help="Also those that have ended.")
@click.option("--others", is_flag=True, help="Also those that verger-emr did not make.")
@connected
def ls(ended: bool, others: bool, region: str | None, profile: str | None,
       json_wanted: bool) -> None:  # fmt: skip
    """List the clusters and the applications that verger-emr made."""
    console = Console(json_wanted=json_wanted)
    aws = Aws(region, profile)
    document: dict[str, Any] = {"region": aws.region}
    lines = []
    for target in (OnEc2(aws), OnServerless(aws)):
        try:
            listed = target.all(ended=ended, others=others)
        except AwsError as error:
            if isinstance(target, OnEc2):
                raise
            # Not every region has EMR Serverless, nor every operator the right to it.
            console.note(f"applications are not listed: {error}")
            document["applications"] = None
            continue
        document[f"{target.noun}s"] = [target.summary(each) for each in listed]
        lines += [f"{each.id}  {each.state:<22} {each.age_s / 3600:6.1f} h  {each.name}"
                  for each in listed]  # fmt: skip
    console.result(document, "\n".join(lines) or f"nothing of ours in {aws.region}")


@click.command(name="history")
@target_id
@click.option("--tunnel", is_flag=True, help="The SSH command to the cluster's own server instead.")
@click.option("--key-file", type=click.Path(), help="Private key for --tunnel.")
@connected
def history_command(target_id: str, tunnel: bool, key_file: str | None, region: str | None,
                    profile: str | None, json_wanted: bool) -> None:  # fmt: skip
    """Give the address of Spark's History Server; it lets in whoever has it, for a short while.

    Of an application it is that of the newest job run.
    """
    target = target_with(target_id, Aws(region, profile))
    document = {f"{target.noun}_id": target_id}
    if isinstance(target, OnServerless):
        if tunnel:
            raise UsageError(
                f"--tunnel has no meaning for application {target_id}: it has no master to reach."
            )
        document["address"] = text = target.history(target_id)
    elif tunnel:
        command, address = history.tunnel(target.aws, target_id, key_file)
        document |= {"command": command, "address": address}
        text = f"{command}\nand then {address}"
    else:
        document["address"] = text = history.persistent(target.aws, target_id)
    Console(json_wanted=json_wanted).result(document, text)


def _policy(whose: str, wanted: config.Description) -> dict[str, Any]:
    folder = wanted.folder
    if isinstance(wanted, ClusterConfig):
        roles = wanted.roles
        policies = {
            "operator": lambda: iam.operator(folder, roles.service, roles.instances),
            "instances": lambda: iam.of_instances(folder),
        }
    else:
        role = wanted.serverless.role
        policies = {
            "operator": lambda: iam.operator_of_serverless(folder, role),
            "jobs": lambda: iam.of_jobs(folder),
            "trust": lambda: iam.trust_of_jobs(role, wanted.region),
        }
    if whose not in policies:
        raise UsageError(
            f"The policy '{whose}' has no meaning for {wanted.name}, but "
            f"{', '.join(policies)} have."
        )
    return policies[whose]()


@click.command()
@click.argument("whose", type=click.Choice(["operator", "instances", "jobs", "trust"]))
@description
@as_json
def policy(whose: str, description: str, json_wanted: bool) -> None:
    """Print the IAM policy that is enough.

    For who runs this program (operator); for a cluster's instances; for the role of an
    application's jobs (jobs), and who may take that role (trust).
    """
    document = _policy(whose, config.load(description))
    Console(json_wanted=json_wanted).result(document, to_json(document))


COMMANDS = (plan, status, logs_command, ls, history_command, policy)
