# SPDX-License-Identifier: Apache-2.0
"""The commands that change something: create, submit, resize, clone, terminate, run."""

from __future__ import annotations

from typing import Any

import click

from verger.emr import config
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
    target_id,
    yes,
)
from verger.emr.console import Console
from verger.emr.resize import Size
from verger.emr.run import Job
from verger.emr.run import run as run_job
from verger.emr.steps import SparkJob
from verger.emr.targets import create as make
from verger.emr.targets import target_of, target_with

_job_options = click.argument("options", nargs=-1, type=click.UNPROCESSED)
_update = click.option(
    "--update", is_flag=True,
    help="Bring the tables of an earlier run up to date: verger-spark update.",
)  # fmt: skip


@click.command()
@description
@archive_option
@click.option("--wait", is_flag=True, help="Return when it takes jobs; an application is started.")
@connected
def create(description: str, archive_source: str | None, wait: bool, region: str | None,
           profile: str | None, json_wanted: bool) -> None:  # fmt: skip
    """Upload what the nodes need and make the cluster, or the application of EMR Serverless.

    \b
    verger-emr create examples/emr/m5.yaml --archive dist/verger-….tar.gz
    """
    console = Console(json_wanted=json_wanted)
    wanted = config.load(description)
    target = target_of(wanted, client_of(wanted, region, profile))
    made = make(target, wanted, find_archive(archive_source, wanted.machine))
    if wait:
        console.note(f"{target.noun} {made} starts")
        target.wait_until_ready(made, console.progress)
    document = {
        f"{target.noun}_id": made,
        "name": wanted.name,
        "region": wanted.region,
        "idle_timeout_minutes": wanted.idle_timeout_minutes,
        "max_age_hours": wanted.max_age_hours,
    }
    console.result(document, f"{made}\n{wanted.ends}")


@click.command()
@target_id
@click.argument("input_", metavar="INPUT")
@click.argument("output", metavar="OUTPUT")
@_job_options
@_update
@click.option("--follow/--no-follow", default=True, help="Wait for the end of the job (default).")
@connected
def submit(target_id: str, input_: str, output: str, options: tuple[str, ...], update: bool,
           follow: bool, region: str | None, profile: str | None,
           json_wanted: bool) -> None:  # fmt: skip
    """Run the Spark job as a step of a cluster, or as a job run of an application.

    After -- come options of verger-spark run or update.

    \b
    verger-emr submit j-ABC s3://bucket/Test s3://bucket/Results -- --variance 0.99
    """
    console = Console(json_wanted=json_wanted)
    target = target_with(target_id, Aws(region, profile))
    job_id = target.submit(target_id, SparkJob(input_, output, options, update), console.progress)
    document: dict[str, Any] = {
        f"{target.noun}_id": target_id, target.job_key: job_id, "output": output,
    }  # fmt: skip
    if not follow:
        console.result(document | {"state": "PENDING"}, job_id)
        return
    console.note(f"{target.job} {job_id}: {input_} -> {output}")
    try:
        state = target.follow(target_id, job_id, console.progress)
    except KeyboardInterrupt:
        console.note(f"{target.job} {job_id} goes on; see verger-emr status {target_id}")
        raise
    console.result(document | {"state": state}, f"{job_id} is done: {output}")


@click.command()
@target_id
@click.argument("job_id", metavar="JOB")
@connected
def cancel(target_id: str, job_id: str, region: str | None, profile: str | None,
           json_wanted: bool) -> None:  # fmt: skip
    """End a job that waits or runs; what it finished is kept for --resume, or another --update."""
    target = target_with(target_id, Aws(region, profile))
    target.cancel(target_id, job_id)
    document = {f"{target.noun}_id": target_id, target.job_key: job_id}
    Console(json_wanted=json_wanted).result(document, f"{job_id} is being cancelled")


@click.command()
@target_id
@click.option("--role", type=click.Choice(["core", "task"]),
              help="Which part of a cluster (default: core).")  # fmt: skip
@click.option("--count", type=click.IntRange(0), help="Instances of the group.")
@click.option("--on-demand", type=click.IntRange(0), help="Capacity of the fleet on demand.")
@click.option("--spot", type=click.IntRange(0), help="Capacity of the fleet on spot.")
@click.option("--vcpus", type=click.IntRange(1), help="Most vCPUs of the application.")
@click.option("--memory-gb", type=click.IntRange(2), help="Its most memory.")
@click.option("--disk-gb", type=click.IntRange(20), help="Its most disk.")
@connected
def resize(target_id: str, region: str | None, profile: str | None, json_wanted: bool,
           **size: Any) -> None:  # fmt: skip
    """Set the size of an instance group or fleet, or what an application may have at most.

    An application that is started is stopped for it, and refused while it runs a job.

    \b
    verger-emr resize j-ABC --role core --count 8
    verger-emr resize 00abc --vcpus 400 --memory-gb 1600
    """
    console = Console(json_wanted=json_wanted)
    target = target_with(target_id, Aws(region, profile))
    done = target.resize(target_id, Size(**size), console.progress)
    words = ", ".join(f"{name} {value}" for name, value in done["asked"].items())
    console.result({f"{target.noun}_id": target_id, **done}, f"asked of {target_id}: {words}")


@click.command(name="clone")
@target_id
@click.option("--dry-run", is_flag=True, help="Make nothing; show what would be made.")
@connected
def clone_command(target_id: str, dry_run: bool, region: str | None, profile: str | None,
                  json_wanted: bool) -> None:  # fmt: skip
    """Make the like of another, without its jobs, and print the `aws` command that does so."""
    console = Console(json_wanted=json_wanted)
    target = target_with(target_id, Aws(region, profile))
    request = target.like(target_id)
    if not target.ends_itself(request):
        console.note(f"{target_id} has no idle limit, and neither has its clone: end it yourself")
    command, reason = target.aws_cli(request)
    made = None if dry_run else target.start(request)
    document = {f"{target.noun}_id": made, "cloned": target_id, "aws_cli": command,
                "request": request}  # fmt: skip
    words = [*filter(None, [made]), command or reason]
    console.result(document, "\n".join(words))


@click.command()
@target_id
@yes
@click.option("--force", is_flag=True, help="Also what verger-emr did not make.")
@click.option("--unprotect", is_flag=True, help="Lift the protection from termination first.")
@connected
def terminate(target_id: str, yes: bool, force: bool, unprotect: bool, region: str | None,
              profile: str | None, json_wanted: bool) -> None:  # fmt: skip
    """End a cluster, or delete an application; wait until it has ended, and say what it cost."""
    console = Console(json_wanted=json_wanted)
    target = target_with(target_id, Aws(region, profile))
    target_now = target.find(target_id)
    of_target = {f"{target.noun}_id": target_id}
    if not target_now.over:
        target.check_may_end(target_now, force=force, unprotect=unprotect)
        if not confirm(f"Terminate {target.noun} {target_id} ('{target_now.name}')?", sure=yes):
            console.result({**of_target, "state": target_now.state}, "nothing was done")
            return
        cost = target.end(target_now, console.progress, force=force, unprotect=unprotect)
        target_now = target.find(target_id)
    else:
        cost = target.bill(target_now)
    document = {**of_target, "state": target_now.state, "age_s": round(target_now.age_s),
                "cost": bill_document(cost)}  # fmt: skip
    text = f"{target_id} {target_now.state} after {target_now.age_s / 60:,.0f} min"
    console.result(document, f"{text}: {money(cost)}")


@click.command()
@description
@click.argument("input_", metavar="INPUT")
@click.argument("output", metavar="OUTPUT")
@_job_options
@_update
@archive_option
@click.option("--keep", is_flag=True, help="Leave what was made to its idle limit.")
@connected
def run(description: str, input_: str, output: str, options: tuple[str, ...], update: bool,
        archive_source: str | None, keep: bool, region: str | None, profile: str | None,
        json_wanted: bool) -> None:  # fmt: skip
    """Create a cluster or an application, run the job on it, terminate it.

    After -- come options of verger-spark run or update.

    \b
    verger-emr run examples/emr/m5.yaml s3://bucket/Test s3://bucket/Results -- --layout notebook
    """
    console = Console(json_wanted=json_wanted)
    wanted = config.load(description)
    spark = SparkJob(input_, output, options, update)
    job = Job(wanted, find_archive(archive_source, wanted.machine), spark, keep)
    target = target_of(wanted, client_of(wanted, region, profile))
    done = run_job(target, job, console, ask)
    state = "up to date" if update else "written"
    made = f"{target.noun} {done[f'{target.noun}_id']}"
    text = f"{output} is {state}; {made} cost about {done['cost_usd']} USD"
    console.result(done, text)


COMMANDS = (create, submit, cancel, resize, clone_command, terminate, run)
