"""The YAML file that describes a cluster, and what must hold of it as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

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
    architecture,
    refuse_secrets,
)
from verger.emr.places import Folder

_RESERVED_TAGS = ("verger:", "aws:")
_OLDEST_RELEASE = 7  # whose glibc is the program's
_MOST_TAGS = 40  # of AWS' 50; the others are ours


class ClusterConfig(Model):
    """A cluster: what the YAML file says, with the defaults."""

    name: Name
    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    bucket: Annotated[str, Field(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?$")]
    release: Annotated[str, Field(pattern=r"^emr-\d+\.\d+\.\d+$")] = "emr-7.13.0"
    applications: list[Name] = Field(default=["Hadoop", "Spark"])
    instances: Groups | None = None
    fleets: Fleets | None = None
    subnet: str | list[str] | None = None
    key: Name | None = None  # of EC2, for ssh
    logs: Annotated[str, Field(pattern=r"^s3://")] | None = None  # default: <bucket>/logs/
    roles: Roles = Roles()
    security_groups: SecurityGroups = SecurityGroups()
    security_configuration: Name | None = None
    tags: dict[str, str] = Field(default={})
    spark: dict[str, str] = Field(default={})  # of spark-defaults
    scaling: Scaling | None = None
    bootstrap: list[Action] = Field(default=[])
    root_volume_gb: Annotated[int, Field(ge=15, le=100)] = 15
    step_concurrency: Annotated[int, Field(ge=1, le=256)] = 1
    idle_timeout_minutes: Annotated[int, Field(ge=1, le=10080)] = 60
    max_age_hours: Annotated[float, Field(gt=0, le=720)] = 12
    termination_protected: bool = False

    @property
    def folder(self) -> Folder:
        """The tree of files on S3."""
        return Folder(self.bucket)

    @property
    def machine(self) -> str:
        """The machine that all instances are: x86_64 or aarch64."""
        return architecture(self.worker_types()[0])

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


class _Loader(yaml.SafeLoader):
    """YAML in which a key given twice is a fault."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"line {node.start_mark.line + 1}: '{key}' is given twice")
        return super().construct_mapping(node, deep)


def _sentence(fault: Any) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        message = "is not known"
    if fault["type"] == "missing":
        message = "is missing"
    return f"{place}: {message}" if place else message


def parse(text: str, name: str) -> ClusterConfig:
    """Return the cluster that YAML text describes. UsageError names `name` and each fault."""
    try:
        document = yaml.load(text, _Loader)
    except RecursionError as error:
        raise UsageError(f"{name} is not read: it is nested too deeply.") from error
    except (yaml.YAMLError, ValueError, TypeError) as error:  # the latter of single values
        reason = " ".join(str(error).split())[:500].rstrip(".")
        raise UsageError(f"{name} is not YAML: {reason}.") from error
    if not isinstance(document, dict):
        raise UsageError(f"{name} does not describe a cluster: it must be a mapping of names.")
    try:
        return ClusterConfig.model_validate(document)
    except ValidationError as error:
        faults = "; ".join(_sentence(fault) for fault in error.errors(include_url=False))
        raise UsageError(f"{name}: {faults}.") from error


def load(path: str | Path) -> ClusterConfig:
    """Return the cluster that a YAML file describes. UsageError when it is not right."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UsageError(f"The description '{path}' cannot be read: {reason}.") from error
    return parse(text, str(path))
