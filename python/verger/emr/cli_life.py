"""The commands that change something: create, submit, resize, clone, terminate, run."""

from __future__ import annotations

from typing import Any

import click

from verger.emr import awscli, clone, cluster, config, steps
from verger.emr.aws import Aws
from verger.emr.cli_common import (
    archive_option,
    ask,
    bill_document,
    client_of,
    confirm,
    connected,
    description,
    find_archive,
    money,
    yes,
)
from verger.emr.console import Console
from verger.emr.estimate import bill
from verger.emr.resize import Size
from verger.emr.resize import resize as resize_part
from verger.emr.run import Job, ends_itself
from verger.emr.run import run as run_job
from verger.emr.steps import SparkJob

_job_options = click.argument("options", nargs=-1, type=click.UNPROCESSED)
_update = click.option(
    "--update", is_flag=True,
    help="Bring the tables of an earlier run up to date: verger-spark update.",
)  # fmt: skip


@click.command()
@description
@archive_option
@click.option("--wait", is_flag=True, help="Return when the cluster takes steps.")
@connected
def create(description: str, archive_source: str | None, wait: bool, region: str | None,
           profile: str | None, json_wanted: bool) -> None:  # fmt: skip
    """Upload what the nodes need and make the cluster.

    \b
    verger-emr create examples/emr/m5.yaml --archive dist/verger-….tar.gz
    """
    console = Console(json_wanted=json_wanted)
    wanted = config.load(description)
    aws = client_of(wanted, region, profile)
    cluster_id = cluster.create(aws, wanted, find_archive(archive_source, wanted.machine))
    if wait:
        console.note(f"cluster {cluster_id} starts")
        cluster.wait_until_ready(aws, cluster_id, console.progress)
    document = {
        "cluster_id": cluster_id,
        "name": wanted.name,
        "region": wanted.region,
        "idle_timeout_minutes": wanted.idle_timeout_minutes,
        "max_age_hours": wanted.max_age_hours,
    }
    console.result(document, f"{cluster_id}\n{ends_itself(wanted)}")


@click.command()
@click.argument("cluster_id", metavar="CLUSTER")
@click.argument("input_", metavar="INPUT")
@click.argument("output", metavar="OUTPUT")
@_job_options
@_update
@click.option("--follow/--no-follow", default=True, help="Wait for the end of the job (default).")
@connected
def submit(cluster_id: str, input_: str, output: str, options: tuple[str, ...], update: bool,
           follow: bool, region: str | None, profile: str | None,
           json_wanted: bool) -> None:  # fmt: skip
    """Run the Spark job on a cluster as a step.

    After -- come options of verger-spark run or update.

    \b
    verger-emr submit j-ABC s3://bucket/Test s3://bucket/Results -- --variance 0.99
    """
    console = Console(json_wanted=json_wanted)
    aws = Aws(region, profile)
    step_id = steps.submit(aws, cluster_id, SparkJob(input_, output, options, update))
    document: dict[str, Any] = {"cluster_id": cluster_id, "step_id": step_id, "output": output}
    if not follow:
        console.result(document | {"state": "PENDING"}, step_id)
        return
    console.note(f"step {step_id}: {input_} -> {output}")
    try:
        step = steps.follow(aws, cluster_id, step_id, console.progress)
    except KeyboardInterrupt:
        console.note(f"step {step_id} goes on; see verger-emr status {cluster_id}")
        raise
    console.result(document | {"state": step["Status"]["State"]}, f"{step_id} is done: {output}")


@click.command()
@click.argument("cluster_id", metavar="CLUSTER")
@click.argument("step_id", metavar="STEP")
@connected
def cancel(cluster_id: str, step_id: str, region: str | None, profile: str | None,
           json_wanted: bool) -> None:  # fmt: skip
    """End a step that waits or runs; what it finished is kept for --resume, or another --update."""
    steps.cancel(Aws(region, profile), cluster_id, step_id)
    document = {"cluster_id": cluster_id, "step_id": step_id}
    Console(json_wanted=json_wanted).result(document, f"{step_id} is being cancelled")


@click.command()
@click.argument("cluster_id", metavar="CLUSTER")
@click.option("--role", type=click.Choice(["core", "task"]), default="core", show_default=True,
              help="Which part.")  # fmt: skip
@click.option("--count", type=click.IntRange(0), help="Instances of the group.")
@click.option("--on-demand", type=click.IntRange(0), help="Capacity of the fleet on demand.")
@click.option("--spot", type=click.IntRange(0), help="Capacity of the fleet on spot.")
@connected
def resize(cluster_id: str, role: str, count: int | None, on_demand: int | None,
           spot: int | None, region: str | None, profile: str | None,
           json_wanted: bool) -> None:  # fmt: skip
    """Set the size of an instance group or fleet.

    \b
    verger-emr resize j-ABC --role core --count 8
    """
    size = Size(count, on_demand, spot)
    asked = resize_part(Aws(region, profile), cluster_id, role, size)
    document = {"cluster_id": cluster_id, "role": role, "asked": asked}
    words = ", ".join(f"{name} {value}" for name, value in asked.items())
    Console(json_wanted=json_wanted).result(document, f"asked of {cluster_id}: {words}")


@click.command(name="clone")
@click.argument("cluster_id", metavar="CLUSTER")
@click.option("--dry-run", is_flag=True, help="Make nothing; show what would be made.")
@connected
def clone_command(cluster_id: str, dry_run: bool, region: str | None, profile: str | None,
                  json_wanted: bool) -> None:  # fmt: skip
    """Make a cluster like another, without its steps, and print the `aws` command that does so."""
    console = Console(json_wanted=json_wanted)
    aws = Aws(region, profile)
    request = clone.request_of(clone.describe_all(aws, cluster_id))
    if "AutoTerminationPolicy" not in request:
        console.note(f"{cluster_id} has no idle limit, and neither has its clone: end it yourself")
    command, reason = awscli.command_or_reason(request, aws.region)
    made = None if dry_run else cluster.start(aws, request)
    document = {"cluster_id": made, "cloned": cluster_id, "aws_cli": command, "request": request}
    words = [*filter(None, [made]), command or reason]
    console.result(document, "\n".join(words))


@click.command()
@click.argument("cluster_id", metavar="CLUSTER")
@yes
@click.option("--force", is_flag=True, help="Also a cluster that verger-emr did not make.")
@click.option("--unprotect", is_flag=True, help="Lift the protection from termination first.")
@connected
def terminate(cluster_id: str, yes: bool, force: bool, unprotect: bool, region: str | None,
              profile: str | None, json_wanted: bool) -> None:  # fmt: skip
    """End a cluster, wait until it has ended, and say what it cost."""
    console = Console(json_wanted=json_wanted)
    aws = Aws(region, profile)
    found = cluster.describe(aws, cluster_id)
    if cluster.state_of(found) not in cluster.ENDED:
        cluster.check_may_end(found, force=force, unprotect=unprotect)
        if not confirm(f"Terminate cluster {cluster_id} ('{found['Name']}')?", sure=yes):
            untouched = {"cluster_id": cluster_id, "state": cluster.state_of(found)}
            console.result(untouched, "nothing was done")
            return
    ended = cluster.terminate(aws, cluster_id, console.progress, force=force, unprotect=unprotect)
    cost = bill(cluster.instances_of(aws, cluster_id), aws.region)
    document = {
        "cluster_id": cluster_id,
        "state": cluster.state_of(ended),
        "age_s": round(cluster.age_s(ended)),
        "cost": bill_document(cost),
    }
    text = f"{cluster_id} {cluster.state_of(ended)} after {cluster.age_s(ended) / 60:,.0f} min"
    console.result(document, f"{text}: {money(cost)}")


@click.command()
@description
@click.argument("input_", metavar="INPUT")
@click.argument("output", metavar="OUTPUT")
@_job_options
@_update
@archive_option
@click.option("--keep", is_flag=True, help="Leave the cluster to its idle limit.")
@connected
def run(description: str, input_: str, output: str, options: tuple[str, ...], update: bool,
        archive_source: str | None, keep: bool, region: str | None, profile: str | None,
        json_wanted: bool) -> None:  # fmt: skip
    """Create a cluster, run the job on it, terminate it.

    After -- come options of verger-spark run or update.

    \b
    verger-emr run examples/emr/m5.yaml s3://bucket/Test s3://bucket/Results -- --layout notebook
    """
    console = Console(json_wanted=json_wanted)
    wanted = config.load(description)
    spark = SparkJob(input_, output, options, update)
    job = Job(wanted, find_archive(archive_source, wanted.machine), spark, keep)
    done = run_job(client_of(wanted, region, profile), job, console, ask)
    state = "up to date" if update else "written"
    text = f"{output} is {state}; cluster {done['cluster_id']} cost about {done['cost_usd']} USD"
    console.result(done, text)


COMMANDS = (create, submit, cancel, resize, clone_command, terminate, run)
