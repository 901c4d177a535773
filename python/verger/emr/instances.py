# SPDX-License-Identifier: Apache-2.0
"""What is known of instance types and of prices: the tables in figures.json."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from verger.emr.errors import NoFigureError

_SIZES = {"xlarge": 1, "2xlarge": 2, "4xlarge": 4, "8xlarge": 8, "12xlarge": 12, "16xlarge": 16}


@cache
def figures() -> dict[str, Any]:
    """Return the tables: families, prices by region, measured rates, each with its source."""
    text = files("verger.emr").joinpath("figures.json").read_text()
    table: dict[str, Any] = json.loads(text)
    return table


def _family(instance_type: str) -> tuple[dict[str, Any], int] | None:
    family, _, size = instance_type.partition(".")
    family_of = figures()["families"].get(family)
    if family_of is None or size not in family_of["sizes"]:
        return None
    return family_of, _SIZES[size]


def vcpus_of(instance_type: str) -> int | None:
    """Return the vCPUs of a type, or None when it is not in the table."""
    known = _family(instance_type)
    return known and int(known[0]["xlarge"]["vcpus"]) * known[1]


def memory_of(instance_type: str) -> int | None:
    """Return the memory of a type in GiB, or None when it is not in the table."""
    known = _family(instance_type)
    return known and int(known[0]["xlarge"]["memory_gib"]) * known[1]


@dataclass(frozen=True)
class Price:
    """What an hour of an instance costs, on demand, in USD."""

    ec2: float
    emr: float
    region: str
    date: str

    @property
    def total(self) -> float:
        """Both together."""
        return self.ec2 + self.emr


def price_of(instance_type: str, region: str) -> Price | None:
    """Return the price of a type in a region, or None when it is not in the table."""
    known = _family(instance_type)
    place = figures()["prices"].get(region)
    if known is None or place is None:
        return None
    family, size = known
    ec2 = place["ec2_xlarge_hour"][instance_type.partition(".")[0]]
    return Price(ec2 * size, family["emr_xlarge_hour"] * size, region, place["date"])


def prices_in(region: str) -> dict[str, Any]:
    """Return a region's prices. NoFigureError when the table has none."""
    place: dict[str, Any] | None = figures()["prices"].get(region)
    if place is None:
        known = ", ".join(figures()["prices"])
        raise NoFigureError(f"The table of prices has no region {region}, only {known}.")
    return place


def rate_of(instance_type: str, precision: str) -> dict[str, Any]:
    """Return the measured rate of one vCPU of a type: CPU ms an image, and where it is from."""
    family = figures()["families"].get(instance_type.partition(".")[0])
    name = family["rates"].get(precision) if family else figures()["rates_else"]
    if name is None:
        raise NoFigureError(f"{instance_type} does not compute in {precision}.")
    return {"name": name, **figures()["rates"][name]}


def rate_of_serverless(precision: str) -> dict[str, Any]:
    """Return the rate that is assumed of a vCPU of EMR Serverless, whose processors vary."""
    if precision != "f32":
        raise NoFigureError(
            f"AWS does not tell which processors EMR Serverless has: there is no figure of "
            f"{precision} there."
        )
    name = figures()["rates_else"]
    return {"name": name, **figures()["rates"][name]}


def prices_of_serverless(architecture: str, region: str) -> dict[str, float]:
    """Return USD an hour of a vCPU, of a GB of memory, and of one of disk beyond what is free.

    NoFigureError when the table has none.
    """
    prices = prices_in(region).get("serverless")
    if prices is None:
        raise NoFigureError(f"The table of prices has no EMR Serverless in {region}.")
    return {**prices[architecture], "disk_gb": prices["disk_gb"]}
