# SPDX-License-Identifier: Apache-2.0
"""What a description of a cluster is made of: its nouns, and what must hold of each alone.

The schema is pydantic's: strict types, unknown keys refused, every fault told with its place.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SECRET = re.compile(r"secret|access[._-]?key|password|session[._-]?token", re.IGNORECASE)
_GRAVITON = re.compile(r"(a1|[a-z]+\d+g[a-z]*)\.")
_WORKER_MEMORY = {1: (8, 1), 2: (16, 1), 4: (30, 1), 8: (60, 4), 16: (120, 8)}  # GB: most, step

InstanceType = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$")]
Name = Annotated[str, Field(min_length=1, max_length=256)]


def architecture(instance_type: str) -> str:
    """Return the machine that an instance type is: x86_64 or aarch64."""
    return "aarch64" if _GRAVITON.match(instance_type) else "x86_64"


def refuse_secrets(settings: dict[str, str]) -> None:
    """ValueError when a setting is named like a credential: those come by the instances' role."""
    for name in settings:
        if _SECRET.search(name):
            raise ValueError(f"'{name}' is a credential; the role of the instances gives access")


class Model(BaseModel):
    """Strict: no conversions, no unknown keys, no changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Ebs(Model):
    """The volumes of an instance besides its root."""

    size_gb: Annotated[int, Field(ge=1, le=16384)]
    type: Literal["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"] = "gp3"
    volumes: Annotated[int, Field(ge=1, le=25)] = 1
    iops: Annotated[int, Field(ge=100)] | None = None
    throughput: Annotated[int, Field(ge=125, le=1000)] | None = None  # MiB/s, of gp3


class Group(Model):
    """Instances of one type that grow and shrink together."""

    type: InstanceType
    count: Annotated[int, Field(ge=1)] = 1
    market: Literal["on-demand", "spot"] = "on-demand"
    bid_price: Annotated[str, Field(pattern=r"^\d+(\.\d+)?$")] | None = None  # USD an hour
    ebs: Ebs | None = None

    @model_validator(mode="after")
    def _bid_is_of_spot(self) -> Group:
        if self.bid_price is not None and self.market != "spot":
            raise ValueError("bid_price is for market: spot")
        return self


class Groups(Model):
    """A cluster as instance groups."""

    master: Group
    core: Group | None = None
    task: Group | None = None

    @model_validator(mode="after")
    def _masters(self) -> Groups:
        if self.master.count not in (1, 3):
            raise ValueError("a cluster has 1 master, or 3")
        return self


class FleetType(Model):
    """One of the types that a fleet may take."""

    type: InstanceType
    weight: Annotated[int, Field(ge=1, le=999)] = 1  # how much of the capacity one is
    bid_percent: Annotated[float, Field(gt=0)] | None = None  # relative to the on-demand price
    ebs: Ebs | None = None


class Fleet(Model):
    """Capacity, in units of the types' weights, from whichever types are to be had."""

    types: Annotated[list[FleetType], Field(min_length=1, max_length=30)]
    on_demand: Annotated[int, Field(ge=0)] = 0
    spot: Annotated[int, Field(ge=0)] = 0
    spot_timeout_minutes: Annotated[int, Field(ge=5, le=1440)] = 20
    on_timeout: Literal["switch-to-on-demand", "terminate-cluster"] = "switch-to-on-demand"
    spot_allocation: Literal[
        "price-capacity-optimized", "capacity-optimized", "lowest-price", "diversified"
    ] = "price-capacity-optimized"

    @model_validator(mode="after")
    def _has_capacity(self) -> Fleet:
        if self.on_demand + self.spot == 0:
            raise ValueError("a fleet needs on_demand or spot capacity")
        return self


class Fleets(Model):
    """A cluster as instance fleets."""

    master: Fleet
    core: Fleet | None = None
    task: Fleet | None = None

    @model_validator(mode="after")
    def _one_master(self) -> Fleets:
        if self.master.on_demand + self.master.spot != 1:
            raise ValueError("the master fleet has a capacity of 1")
        return self


class Scaling(Model):
    """EMR's managed scaling, in instances (of groups) or units of capacity (of fleets)."""

    minimum: Annotated[int, Field(ge=1)]
    maximum: Annotated[int, Field(ge=1)]
    maximum_on_demand: Annotated[int, Field(ge=0)] | None = None
    maximum_core: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Scaling:
        if self.minimum > self.maximum:
            raise ValueError("minimum is more than maximum")
        return self


class SecurityGroups(Model):
    """Security groups by their ids; EMR makes what is left out."""

    master: str | None = None
    core: str | None = None
    service: str | None = None
    additional_master: list[str] = Field(default=[])
    additional_core: list[str] = Field(default=[])


class Worker(Model):
    """A worker of EMR Serverless: what it has, in the sizes that AWS knows."""

    vcpus: Literal[1, 2, 4, 8, 16] = 4
    memory_gb: int = 8
    disk_gb: Annotated[int, Field(ge=20, le=200)] = 20

    @model_validator(mode="after")
    def _memory_fits(self) -> Worker:
        most, step = _WORKER_MEMORY[self.vcpus]
        if not 2 * self.vcpus <= self.memory_gb <= most or self.memory_gb % step:
            raise ValueError(
                f"a worker of {self.vcpus} vCPU has {2 * self.vcpus} to {most} GB of memory, a "
                f"multiple of {step}"
            )
        return self


class Capacity(Model):
    """What the workers of an application have together, at most."""

    vcpus: Annotated[int, Field(ge=1)]
    memory_gb: Annotated[int, Field(ge=2)]
    disk_gb: Annotated[int, Field(ge=20)] | None = None

    def holds(self, *workers: tuple[int, Worker]) -> bool:
        """Return whether there is room for so many of each kind."""
        return all(
            most is None or sum(count * getattr(worker, name) for count, worker in workers) <= most
            for name, most in self
        )


class Initial(Model):
    """Workers that are kept ready, and paid for, as long as the application is started."""

    drivers: Annotated[int, Field(ge=1)] = 1
    executors: Annotated[int, Field(ge=1)]


class Serverless(Model):
    """An application of EMR Serverless: instead of instances, what its workers may have."""

    role: Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$")]
    maximum_capacity: Capacity
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    driver: Worker = Worker()
    executor: Worker = Worker()
    initial_capacity: Initial | None = None

    @property
    def executors(self) -> int:
        """How many executors there may be beside one driver."""
        most = self.maximum_capacity
        return min(
            (have - getattr(self.driver, name)) // getattr(self.executor, name)
            for name, have in most
            if have is not None
        )

    @model_validator(mode="after")
    def _fits(self) -> Serverless:
        if self.executors < 1:
            raise ValueError("maximum_capacity has no room for a driver and an executor")
        ready = self.initial_capacity
        if ready and not self.maximum_capacity.holds(
            (ready.drivers, self.driver), (ready.executors, self.executor)
        ):
            raise ValueError("initial_capacity is more than maximum_capacity")
        return self


class Roles(Model):
    """The roles that `aws emr create-default-roles` makes, unless others are named."""

    service: Name = "EMR_DefaultRole"
    instances: Name = "EMR_EC2_DefaultRole"  # the instance profile


class Action(Model):
    """A bootstrap action of your own, run after verger's on every instance."""

    name: Name
    script: Annotated[str, Field(pattern=r"^s3://")]
    arguments: list[str] = Field(default=[])
