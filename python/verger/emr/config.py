# SPDX-License-Identifier: Apache-2.0
"""The YAML file that describes a cluster or an application, and what must hold of it as a whole."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Union

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from verger.emr.errors import UsageError
from verger.emr.parts import (
    CONTROL,
    Action,
    Fleet,
    Fleets,
    Group,
    Groups,
    Model,
    Name,
    Roles,
    Scaling,
    SecurityGroups,
    Serverless,
    architecture,
    refuse_secrets,
)
from verger.emr.places import Folder

_RESERVED_TAGS = ("verger:", "aws:")
_OLDEST_RELEASE = 7  # whose glibc is the program's
_MOST_TAGS = 40  # AWS takes 50; the others are ours.
_APPLICATION_NAME = re.compile(r"[A-Za-z0-9._/#-]{1,64}")


class Config(Model):
    """What clusters and serverless applications have in common."""

    name: Name
    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    bucket: Annotated[str, Field(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?$")]
    release: Annotated[str, Field(pattern=r"^emr-\d+\.\d+\.\d+$")] = "emr-7.13.0"
    logs: Annotated[str, Field(pattern=r"^s3://")] | None = None  # default: <bucket>/logs/
    tags: dict[str, str] = Field(default={})
    spark: dict[str, str] = Field(default={})  # goes into spark-defaults
    idle_timeout_minutes: Annotated[int, Field(ge=1, le=10080)] = 60
    max_age_hours: Annotated[float, Field(gt=0, le=720)] = 12

    @property
    def folder(self) -> Folder:
        """The tree of files on S3."""
        return Folder(self.bucket)

    @field_validator("release")
    @classmethod
    def _has_glibc(cls, release: str) -> str:
        if int(release.removeprefix("emr-").partition(".")[0]) < _OLDEST_RELEASE:
            raise ValueError(f"the program needs glibc 2.34, and so emr-{_OLDEST_RELEASE} or newer")
        return release

    @field_validator("spark")
    @classmethod
    def _no_secrets(cls, settings: dict[str, str]) -> dict[str, str]:
        refuse_secrets(settings)
        return settings

    @field_validator("tags")
    @classmethod
    def _tags_are_the_users(cls, tags: dict[str, str]) -> dict[str, str]:
        if len(tags) > _MOST_TAGS:
            raise ValueError(f"has more than {_MOST_TAGS} tags")
        for name, value in tags.items():
            if name.startswith(_RESERVED_TAGS):
                raise ValueError(f"the tag '{name}' begins with a reserved prefix")
            if not 1 <= len(name) <= 128 or len(value) > 256 or CONTROL.search(name + value):
                raise ValueError(
                    f"the tag {name!r} is not of 1 to 128 characters, its value of at most 256, "
                    "all printable"
                )
        return tags


class ClusterConfig(Config):
    """A cluster: what the YAML file says, with the defaults."""

    applications: list[Name] = Field(default=["Hadoop", "Spark"])
    instances: Groups | None = None
    fleets: Fleets | None = None
    subnet: str | list[str] | None = None
    key: Name | None = None  # a key pair of EC2, for ssh
    roles: Roles = Roles()
    security_groups: SecurityGroups = SecurityGroups()
    security_configuration: Name | None = None
    scaling: Scaling | None = None
    bootstrap: list[Action] = Field(default=[])
    root_volume_gb: Annotated[int, Field(ge=15, le=100)] = 15
    step_concurrency: Annotated[int, Field(ge=1, le=256)] = 1
    termination_protected: bool = False

    @property
    def machine(self) -> str:
        """The machine that all instances are: x86_64 or aarch64."""
        return architecture(self.worker_types()[0])

    @property
    def runs_on(self) -> str:
        """What the machine is told by."""
        return self.worker_types()[0]

    @property
    def ends(self) -> str:
        """The sentence that says when it ends without anybody."""
        return (
            f"it ends itself after {self.idle_timeout_minutes} min without work, "
            f"{self.max_age_hours:g} h after its start at the latest"
        )

    def roles_of_instances(self) -> dict[str, Group | Fleet]:
        """What there is of master, core and task, in this order."""
        parts = self.instances or self.fleets
        named = {role: getattr(parts, role) for role in ("master", "core", "task")}
        return {role: part for role, part in named.items() if part is not None}

    def types_of(self, role: str) -> list[str]:
        """The instance types of a role."""
        part = self.roles_of_instances()[role]
        return [part.type] if isinstance(part, Group) else [each.type for each in part.types]

    def worker_types(self) -> list[str]:
        """The types on which executors run: core and task, else the master alone."""
        roles = [role for role in self.roles_of_instances() if role != "master"] or ["master"]
        return [each for role in roles for each in self.types_of(role)]

    @field_validator("name")
    @classmethod
    def _is_printable(cls, name: str) -> str:
        if CONTROL.search(name):
            raise ValueError("has control characters")
        return name

    @model_validator(mode="after")
    def _fits_together(self) -> ClusterConfig:
        if (self.instances is None) == (self.fleets is None):
            raise ValueError("give either instances or fleets")
        if isinstance(self.subnet, list) and self.fleets is None:
            raise ValueError("several subnets are for fleets; groups have one")
        if len({architecture(kind) for role in self.roles_of_instances()
                for kind in self.types_of(role)}) > 1:  # fmt: skip
            raise ValueError("instances of x86_64 and of aarch64 (Graviton) do not mix: the "
                             "archive is built for one of them")  # fmt: skip
        if "Spark" not in self.applications:
            raise ValueError("applications must name Spark")
        if self.idle_timeout_minutes > self.max_age_hours * 60:
            raise ValueError("idle_timeout_minutes is more than max_age_hours")
        return self


class ApplicationConfig(Config):
    """An application of EMR Serverless: what the YAML file says, with the defaults."""

    serverless: Serverless
    idle_timeout_minutes: Annotated[int, Field(ge=1, le=10080)] = 15
    max_age_hours: Annotated[float, Field(ge=0.1, le=720)] = 12  # after which a job is ended

    @property
    def machine(self) -> str:
        """The machine that all workers are: x86_64 or aarch64."""
        return "aarch64" if self.serverless.architecture == "arm64" else "x86_64"

    @property
    def runs_on(self) -> str:
        """What the machine is told by."""
        return f"the application {self.name}"

    @property
    def ends(self) -> str:
        """The sentence that says when it ends without anybody."""
        return (
            f"it stops itself after {self.idle_timeout_minutes} min without a job, and then costs "
            f"nothing; no job of it runs for longer than {self.max_age_hours:g} h"
        )

    @field_validator("name")
    @classmethod
    def _is_an_applications(cls, name: str) -> str:
        if not _APPLICATION_NAME.fullmatch(name):
            raise ValueError("that of an application has up to 64 letters, digits and . _ / # -")
        return name


Description = Union[ClusterConfig, ApplicationConfig]


class _Loader(yaml.SafeLoader):
    """YAML in which a key given twice is a fault."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"line {node.start_mark.line + 1}: '{key}' is given twice")
        return super().construct_mapping(node, deep)


def _sentence(fault: Any, kind: type[Config]) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        elsewhere = kind is ApplicationConfig and place in ClusterConfig.model_fields
        message = "has no meaning for a serverless application" if elsewhere else "is not known"
    if fault["type"] == "missing":
        message = "is missing"
    return f"{place}: {message}" if place else message


def parse(text: str, name: str) -> Description:
    """Return what YAML text describes: an application where it has the key `serverless`.

    UsageError names `name` and each fault.
    """
    try:
        document = yaml.load(text, _Loader)
    except RecursionError as error:
        raise UsageError(f"{name} is not read: it is nested too deeply.") from error
    except (yaml.YAMLError, ValueError, TypeError) as error:  # the latter of single values
        reason = " ".join(str(error).split())[:500].rstrip(".")
        raise UsageError(f"{name} is not YAML: {reason}.") from error
    if not isinstance(document, dict):
        raise UsageError(f"{name} does not describe a cluster: it must be a mapping of names.")
    kind = ApplicationConfig if "serverless" in document else ClusterConfig
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        faults = "; ".join(_sentence(fault, kind) for fault in error.errors(include_url=False))
        raise UsageError(f"{name}: {faults}.") from error


def load(path: str | Path) -> Description:
    """Return what a YAML file describes. UsageError when it is not right."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UsageError(f"The description '{path}' cannot be read: {reason}.") from error
    return parse(text, str(path))
