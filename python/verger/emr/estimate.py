# SPDX-License-Identifier: Apache-2.0
"""Time and money for N images on what is described: arithmetic on the tables of figures.json."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Any

from verger.emr.config import ApplicationConfig, ClusterConfig, Description
from verger.emr.errors import NoFigureError, UsageError
from verger.emr.instances import (
    figures,
    price_of,
    prices_in,
    prices_of_serverless,
    rate_of,
    rate_of_serverless,
    vcpus_of,
)
from verger.emr.parts import Fleet

START_S = 600.0  # from the request to the first step of a cluster, assumed
WORKERS_START_S = 120.0  # from the request to the first worker of an application, assumed
FREE_DISK_GB = 20  # included with each worker of EMR Serverless
PAGE = 1000  # keys of an answer to a listing, S3's limit
PAGE_S = 0.15  # seconds until an answer comes, assumed
PAGES_AT_ONCE = 8  # docs/laboratory.md, Listing a bucket
GETS_A_PREFIX = 5500.0  # requests a second that S3 promises for a prefix
PROJECT_MS = 0.17  # CPU of reading, projecting and writing a row: docs/laboratory.md, Tables
SOLVE_S = 5.0  # covariance and eigenproblem of 1,280 columns, on the driver
ROWS_A_PART = 32768
LEAST_PARTS = 24
PUTS_A_PART = 6  # features, moments, rejected, manifest, pca, and what the reduction writes of it
LIST_BYTES = 50  # an image's name, size and time take so much in the driver's temporary files
MONTH_H = 730.0
_MINUTE_S = 60.0

LEFT_OUT = (
    "taxes and free tiers",
    "data transfer out of the region, NAT gateways and VPC endpoints",
    "storage on S3, of images, tables and logs",
)
_OF_CLUSTERS = (
    "volumes besides the root, provisioned IOPS and throughput",
    "reserved capacity and savings plans; spot is counted as on demand, its upper bound",
    "retries, lost spot instances, and instances that come late",
    "the time in which nothing runs before the idle limit ends a cluster that nobody terminated",
)
_OF_APPLICATIONS = (
    "retries, and workers that come late",
    "pre-initialised workers while no job uses them",
    "executors that wait, such as while the driver lists, and the last minute of each",
)


@dataclass(frozen=True)
class Estimate:
    """What a run takes. Times in seconds, money in USD."""

    images: int
    region: str
    prices_date: str
    precision: str
    workers: int
    vcpus: int
    images_per_second_vcpu: float
    images_per_second: float
    bound: str  # what the rate is bound by: processors or S3
    parts: int
    listing_pages: int
    list_gib: float  # on the disk of the driver, while it drives
    seconds: dict[str, float]
    hours: float
    cost: dict[str, float]
    total: float
    rates: dict[str, str]  # what was measured where
    left_out: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def least_parts(images: int) -> int:
    """Return the parts that the job makes of itself."""
    return max(LEAST_PARTS, math.ceil(images / ROWS_A_PART))


def parts_for(images: int, vcpus: int) -> int:
    """Return the parts that serve: none too large, and tasks enough for all cores."""
    return max(least_parts(images), 3 * vcpus)


def counts_of(config: ClusterConfig) -> dict[str, list[tuple[str, int]]]:
    """Return type and number of instances a role; a fleet is taken to be of its first type."""
    instances: dict[str, list[tuple[str, int]]] = {}
    for role, part in config.roles_of_instances().items():
        if isinstance(part, Fleet):
            first = part.types[0]
            instances[role] = [(first.type, math.ceil((part.on_demand + part.spot) / first.weight))]
        else:
            instances[role] = [(part.type, part.count)]
    return instances


def _rate(workers: list[tuple[str, int]], precision: str) -> tuple[float, int, dict[str, str]]:
    """Return images/s of all workers, their vCPUs, and the sources of the figures."""
    rate, vcpus, sources = 0.0, 0, {}
    for kind, count in workers:
        cores = vcpus_of(kind)
        if cores is None:
            raise NoFigureError(f"The table of figures has no instance type {kind}.")
        figure = rate_of(kind, precision)
        rate += count * cores * 1000.0 / figure["cpu_ms_image"]
        vcpus += count * cores
        sources[kind] = f"{figure['cpu_ms_image']} CPU ms an image: {figure['source']}"
    return rate, vcpus, sources


def _hourly(counts: dict[str, list[tuple[str, int]]], region: str) -> tuple[float, float, int]:
    """Return USD an hour for EC2 and for EMR, and the number of instances."""
    ec2 = emr = 0.0
    instances = 0
    for kind, count in (each for role in counts.values() for each in role):
        price = price_of(kind, region)
        if price is None:
            raise NoFigureError(f"The table of prices has no {kind} in {region}.")
        ec2 += count * price.ec2
        emr += count * price.emr
        instances += count
    return ec2, emr, instances


@dataclass(frozen=True)
class _Machines:
    """What does the work of a job."""

    workers: int
    vcpus: int
    rate: float  # images/s
    sources: dict[str, str]
    start_s: float
    cost: Callable[[dict[str, float]], dict[str, float]]  # USD, of the seconds of each stage
    left_out: tuple[str, ...]


def _of_cluster(config: ClusterConfig, precision: str) -> _Machines:
    counts = counts_of(config)
    workers = [each for role in counts if role != "master" for each in counts[role]]
    workers = workers or counts["master"]
    rate, vcpus, sources = _rate(workers, precision)
    ec2, emr, instances = _hourly(counts, config.region)
    volume = prices_in(config.region)["root_volume_gb_month"] / MONTH_H

    def cost(seconds: dict[str, float]) -> dict[str, float]:
        hours = sum(seconds.values()) / 3600
        volumes = instances * config.root_volume_gb * volume * hours
        return {"ec2": ec2 * hours, "emr": emr * hours, "root_volumes": volumes}

    count = sum(count for _, count in workers)
    return _Machines(count, vcpus, rate, sources, START_S, cost, _OF_CLUSTERS)


def _of_application(config: ApplicationConfig, precision: str) -> _Machines:
    """The driver is there from the start to the end, the executors while images are worked on."""
    wanted = config.serverless
    figure = rate_of_serverless(precision)
    prices = prices_of_serverless(wanted.architecture, config.region)
    vcpus = wanted.executors * wanted.executor.vcpus

    def cost(seconds: dict[str, float]) -> dict[str, float]:
        driver = (sum(seconds.values()) - seconds["start"]) / 3600
        executors = wanted.executors * (seconds["extract"] + seconds["reduce"]) / 3600
        amounts = {}
        for name, free in (("vcpus", 0), ("memory_gb", 0), ("disk_gb", FREE_DISK_GB)):
            of_each = [getattr(each, name) - free for each in (wanted.driver, wanted.executor)]
            amounts[name] = (driver * of_each[0] + executors * of_each[1]) * prices[name]
        return {
            "vcpu": amounts["vcpus"],
            "memory": amounts["memory_gb"],
            "disk": amounts["disk_gb"],
        }

    source = f"{figure['cpu_ms_image']} CPU ms an image: {figure['source']}"
    return _Machines(wanted.executors, vcpus, vcpus * 1000.0 / figure["cpu_ms_image"],
                     {f"{wanted.executor.vcpus} vCPU {wanted.architecture}": source},
                     WORKERS_START_S, cost, _OF_APPLICATIONS)  # fmt: skip


def estimate(
    config: Description, images: int, precision: str = "f32", prefixes: int = 1
) -> Estimate:
    """Return the estimate. `prefixes`: over how many folders S3 can spread the reads.

    NoFigureError for a region or an instance type that is not in the tables.
    """
    if images < 2:
        raise UsageError("--images must be 2 or more: a deviation needs as many.")
    prices = prices_in(config.region)
    if isinstance(config, ApplicationConfig):
        machines = _of_application(config, precision)
    else:
        machines = _of_cluster(config, precision)
    s3_rate = GETS_A_PREFIX * prefixes
    rate = min(machines.rate, s3_rate)
    pages = math.ceil(images / PAGE)
    parts = parts_for(images, machines.vcpus)
    seconds = {
        "start": machines.start_s,
        "list": pages * PAGE_S / PAGES_AT_ONCE,
        "extract": images / rate,
        "reduce": images * PROJECT_MS / 1000 / machines.vcpus + SOLVE_S,
    }
    requests = (images * prices["s3_1000_get"]
                + (pages + parts * PUTS_A_PART) * prices["s3_1000_put_or_list"]) / 1000  # fmt: skip
    cost = {**machines.cost(seconds), "s3_requests": requests}
    return Estimate(
        images=images, region=config.region, prices_date=prices["date"], precision=precision,
        workers=machines.workers, vcpus=machines.vcpus,
        images_per_second_vcpu=machines.rate / machines.vcpus, images_per_second=rate,
        bound="processors" if machines.rate <= s3_rate else "S3", parts=parts, listing_pages=pages,
        list_gib=images * LIST_BYTES / 2**30, seconds=seconds,
        hours=sum(seconds.values()) / 3600, cost=cost, total=sum(cost.values()),
        rates=machines.sources, left_out=(*LEFT_OUT, *machines.left_out),
    )  # fmt: skip


@dataclass(frozen=True)
class Bill:
    """What a cluster or an application cost so far, by the table of prices."""

    total: float
    region: str
    date: str
    counts: dict[str, float]  # what is paid for; the first is for people
    basis: str  # what of it is counted, and how
    unpriced: tuple[str, ...] = ()  # what is not in the table


def bill(instances: list[dict[str, Any]], region: str, now: datetime | None = None) -> Bill:
    """Return what instances cost from their creation on: by the second, a minute at least.

    Spot instances are counted as on demand, the upper bound.
    """
    now = now or datetime.now(timezone.utc)
    total, unpriced = 0.0, set()
    for each in instances:
        times = each.get("Status", {}).get("Timeline", {})
        price = price_of(each["InstanceType"], region)
        if price is None:
            unpriced.add(each["InstanceType"])
        elif "CreationDateTime" in times:
            alive = (times.get("EndDateTime") or now) - times["CreationDateTime"]
            total += price.total * max(alive.total_seconds(), _MINUTE_S) / 3600
    date = figures()["prices"].get(region, {}).get("date", "")
    basis = "EC2 and EMR, {}, spot as on demand"
    return Bill(total, region, date, {"instances": len(instances)}, basis, tuple(sorted(unpriced)))


def bill_of_runs(runs: list[dict[str, Any]], architecture: str, region: str) -> Bill:
    """Return what the runs of jobs were billed for, or, before AWS tells that, have used."""
    names = {"vcpus": "vCPUHour", "memory_gb": "memoryGBHour", "disk_gb": "storageGBHour"}
    used = [run.get("billedResourceUtilization") or run.get("totalResourceUtilization") or {}
            for run in runs]  # fmt: skip
    hours = {ours: sum(each.get(theirs, 0.0) for each in used) for ours, theirs in names.items()}
    counts = {"job_runs": len(runs), **{f"{name.rstrip('s')}_hours": each
                                        for name, each in hours.items()}}  # fmt: skip
    basis = "what AWS counted of them, {}, without workers that waited for a job"
    try:
        prices = prices_of_serverless(architecture, region)
    except NoFigureError:
        return Bill(0.0, region, "", counts, basis, ("EMR Serverless",))
    total = sum(hours[name] * usd for name, usd in prices.items())
    return Bill(total, region, figures()["prices"][region]["date"], counts, basis)
