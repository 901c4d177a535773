"""What `plan` tells: all that would be made, and what it would take. Asks nothing of AWS."""

from __future__ import annotations

from typing import Any

from verger.emr import awscli
from verger.emr.archive import Archive
from verger.emr.config import ClusterConfig
from verger.emr.errors import NoFigureError
from verger.emr.estimate import estimate, least_parts
from verger.emr.request import ARCHIVE, run_job_flow
from verger.emr.run import ends_itself
from verger.emr.steps import SparkJob, step_of


def plan_of(config: ClusterConfig, archive: Archive, images: int, precision: str = "f32",
            prefixes: int = 1) -> dict[str, Any]:  # fmt: skip
    """Return the plan. The estimate is None, with a note, where a price or a rate is not known."""
    request = run_job_flow(config, archive)
    place = next(tag["Value"] for tag in request["Tags"] if tag["Key"] == ARCHIVE)
    folder = config.folder
    options: tuple[str, ...] = ("--precision", precision) if precision != "f32" else ()
    figures: dict[str, Any] | None = None
    note = ""
    try:
        found = estimate(config, images, precision, prefixes)
        figures = found.document()
        if found.parts > least_parts(images):  # which the job makes without being told
            options += ("--parts", str(found.parts))
    except NoFigureError as error:
        note = str(error)
    return {
        "name": config.name,
        "region": config.region,
        "ends": ends_itself(config),
        "request": request,
        "step": step_of(folder, place, SparkJob(folder.images, folder.results, options)),
        "files": folder.tree(archive.name),
        "archive": {"name": archive.name, "version": archive.version, "machine": archive.machine},
        "aws_cli": awscli.command_or_reason(request, config.region)[0],
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


def words_of(plan: dict[str, Any]) -> str:
    """Return the plan as text."""
    request = plan["request"]
    archive = plan["archive"]
    lines = [
        f"cluster '{plan['name']}' in {plan['region']}, {request['ReleaseLabel']} with "
        f"{', '.join(each['Name'] for each in request['Applications'])}; {plan['ends']}",
        *_instances(request),
        f"bundle {archive['name']}: verger {archive['version']} for {archive['machine']}",
        "files",
        *(f"  {place}  {what}" for place, what in plan["files"].items()),
        "step",
        f"  {' '.join(plan['step']['HadoopJarStep']['Args'])}",
        "the same by AWS' own program, once the files are there",
        f"  {plan['aws_cli'] or 'a tag with = in its name cannot be written there'}",
    ]
    return "\n".join(
        [*lines, *(_estimate(plan["estimate"]) if plan["estimate"] else [plan["note"]])]
    )
