# SPDX-License-Identifier: Apache-2.0
"""What `plan` tells: all that would be made, and what it would take. Asks nothing of AWS."""

from __future__ import annotations

from typing import Any

from verger.emr import awscli
from verger.emr.archive import Archive
from verger.emr.config import ApplicationConfig, ClusterConfig, Description
from verger.emr.errors import NoFigureError
from verger.emr.estimate import estimate, least_parts
from verger.emr.ours import place_of
from verger.emr.request import run_job_flow
from verger.emr.serverless import clone
from verger.emr.serverless.request import create_application, start_job_run
from verger.emr.steps import SparkJob, step_of


def _requests(config: Description, archive: Archive, job: SparkJob) -> dict[str, Any]:
    """The request that makes it, what is asked for a job, and the `aws` command for the former."""
    if isinstance(config, ApplicationConfig):
        request = create_application(config, archive)
        return {"request": request, "job_run": start_job_run("APPLICATION", request["tags"], job),
                "aws_cli": clone.command(request, config.region)}  # fmt: skip
    request = run_job_flow(config, archive)
    return {"request": request, "step": step_of(config.folder, place_of(config, archive), job),
            "aws_cli": awscli.command_or_reason(request, config.region)[0]}  # fmt: skip


def _files(config: Description, archive: Archive) -> dict[str, str]:
    files = config.folder.tree(
        place_of(config, archive),
        instances=isinstance(config, ClusterConfig),
        jupyter=isinstance(config, ClusterConfig) and "JupyterHub" in config.applications,
    )
    if config.logs:
        files[config.logs] = files.pop(config.folder.logs)
    return files


def plan_of(config: Description, archive: Archive, images: int, precision: str = "f32",
            prefixes: int = 1) -> dict[str, Any]:  # fmt: skip
    """Return the plan. The estimate is None, with a note, where a price or a rate is not known."""
    folder = config.folder
    options: tuple[str, ...] = ("--precision", precision) if precision != "f32" else ()
    figures: dict[str, Any] | None = None
    note = ""
    try:
        estimated = estimate(config, images, precision, prefixes)
        figures = estimated.document()
        if estimated.parts > least_parts(images):  # which the job makes without being told
            options += ("--parts", str(estimated.parts))
    except NoFigureError as error:
        note = str(error)
    return {
        "name": config.name,
        "region": config.region,
        "ends": config.ends,
        **_requests(config, archive, SparkJob(folder.images, folder.results, options)),
        "files": _files(config, archive),
        "archive": {"name": archive.name, "version": archive.version, "machine": archive.machine,
                    "packed": bool(archive.source)},
        "estimate": figures,
        "note": note,
    }  # fmt: skip


def _instances(request: dict[str, Any]) -> list[str]:
    lines = []
    for group in request["Instances"].get("InstanceGroups", []):
        lines.append(
            f"  {group['InstanceRole'].lower():<7} {group['InstanceCount']} x "
            f"{group['InstanceType']}, {group['Market'].lower().replace('_', ' ')}"
        )
    for fleet in request["Instances"].get("InstanceFleets", []):
        types = ", ".join(each["InstanceType"] for each in fleet["InstanceTypeConfigs"])
        lines.append(
            f"  {fleet['InstanceFleetType'].lower():<7} {fleet['TargetOnDemandCapacity']} on "
            f"demand + {fleet['TargetSpotCapacity']} on spot of {types}"
        )
    return lines


def duration(seconds: float) -> str:
    """Return the words for a time."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 5400:
        return f"{seconds / 60:,.1f} min"
    return f"{seconds / 3600:,.1f} h"


def _estimate(figures: dict[str, Any]) -> list[str]:
    times = ", ".join(f"{name} {duration(s)}" for name, s in figures["seconds"].items())
    cost = ", ".join(
        f"{name.replace('_', ' ')} {usd:,.2f}" for name, usd in figures["cost"].items()
    )
    lines = [
        f"estimate for {figures['images']:,} images, {figures['precision']}",
        f"  rate    {figures['images_per_second']:,.0f} images/s on {figures['vcpus']} vCPUs, "
        f"bound by {figures['bound']}; {figures['parts']:,} parts",
        f"  time    {duration(3600 * figures['hours'])}: {times}",
        f"  money   {figures['total']:,.2f} USD: {cost}",
        f"  prices  of {figures['prices_date']}, {figures['region']}, on demand",
    ]
    lines += [f"  {kind}: {source}" for kind, source in figures["rates"].items()]
    return [*lines, "  left out: " + "; ".join(figures["left_out"])]


def _cluster(plan: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Words for what would be made, and for its job."""
    request = plan["request"]
    made = [
        f"cluster '{plan['name']}' in {plan['region']}, {request['ReleaseLabel']} with "
        f"{', '.join(each['Name'] for each in request['Applications'])}; {plan['ends']}",
        *_instances(request),
    ]
    return made, ["step", f"  {' '.join(plan['step']['HadoopJarStep']['Args'])}"]


def _application(plan: dict[str, Any]) -> tuple[list[str], list[str]]:
    request, job = plan["request"], plan["job_run"]
    made = [
        f"application '{plan['name']}' in {plan['region']}, {request['releaseLabel']} on "
        f"{request['architecture'].lower()}; {plan['ends']}",
        f"  at most {', '.join(request['maximumCapacity'].values())}",
        *(
            f"  ready   {each['workerCount']} x {role.lower()} of "
            f"{', '.join(each['workerConfiguration'].values())}"
            for role, each in request.get("initialCapacity", {}).items()
        ),
    ]
    spark = job["jobDriver"]["sparkSubmit"]
    words = " ".join([spark["entryPoint"], *spark["entryPointArguments"]])
    return made, [f"job run as {job['executionRoleArn']}", f"  {words}"]


def words_of(plan: dict[str, Any], *, aws: bool) -> str:
    """Return the plan as text, what it would take first; with the command of AWS' own program."""
    archive = plan["archive"]
    made, job = _application(plan) if "job_run" in plan else _cluster(plan)
    pack = "" if archive["packed"] else f", to be packed by make bundle ARCH={archive['machine']}"
    lines = [
        *(_estimate(plan["estimate"]) if plan["estimate"] else [plan["note"]]),
        *made,
        f"bundle {archive['name']}: verger {archive['version']} for {archive['machine']}{pack}",
        "files",
        *(f"  {place}  {what}" for place, what in plan["files"].items()),
        *job,
    ]
    if aws:
        command = plan["aws_cli"] or "a tag with = in its name cannot be written there"
        lines += ["the same by AWS' own program, once the files are there", f"  {command}"]
    return "\n".join(lines)
