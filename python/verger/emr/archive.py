# SPDX-License-Identifier: Apache-2.0
"""The bundle for the nodes, which `make bundle` packs: the program, and what machine it is for."""

from __future__ import annotations

import re
import tarfile
from dataclasses import dataclass
from pathlib import Path

from verger import __version__
from verger.emr.errors import AwsError, UsageError
from verger.emr.places import split

_NAME = re.compile(r"^verger-(?P<version>[\w.+]+)-linux-(?P<machine>x86_64|aarch64)\.tar\.gz$")
_PROGRAM = re.compile(r"(\./)?([^/]+/)?bin/verger$")
NEWEST = "dist/verger-*-linux-{}.tar.gz"  # where make bundle leaves that for a machine


@dataclass(frozen=True)
class Archive:
    """A bundle, here or already on S3."""

    source: str  # a path, or an s3:// URI; "" of one that is to be packed
    name: str
    version: str
    machine: str  # x86_64 or aarch64

    @property
    def on_s3(self) -> bool:
        """Whether it need not be uploaded."""
        return self.source.startswith("s3://")


def _check(path: Path) -> None:
    try:
        with tarfile.open(path, "r:gz") as archive:
            if any(_PROGRAM.match(name) for name in archive.getnames()):
                return
    except (OSError, tarfile.TarError, EOFError) as error:
        raise AwsError(f"The archive '{path}' cannot be read: {error}.") from error
    raise UsageError(f"'{path}' is no bundle packed by make bundle: there is no bin/verger in it.")


def inspect(source: str) -> Archive:
    """Return what is known of the archive at a path or s3:// URI."""
    name = split(source)[1].rpartition("/")[2] if "://" in source else Path(source).name
    parts = _NAME.match(name)
    if parts is None:
        raise UsageError(
            f"The archive '{source}' is not named as make bundle names it: "
            "verger-VERSION-linux-x86_64.tar.gz."
        )
    if "://" not in source:
        _check(Path(source))
    return Archive(source, name, parts["version"], parts["machine"])


def to_be_packed(machine: str) -> Archive:
    """Return the one that make bundle will leave for a machine; a plan needs no more than that."""
    return Archive("", f"verger-{__version__}-linux-{machine}.tar.gz", __version__, machine)


def newest(machine: str) -> Archive:
    """Return what make bundle left here for a machine. UsageError when there is none."""
    if archives := _left(machine):
        return inspect(archives[-1])
    raise UsageError(
        f"No bundle for {machine} here; name one with --archive, or: make bundle ARCH={machine}."
    )


def newest_or_planned(machine: str) -> Archive:
    """Return what make bundle left here for a machine, or else the one that it will."""
    return newest(machine) if _left(machine) else to_be_packed(machine)


def _left(machine: str) -> list[str]:
    archives = sorted(Path().glob(NEWEST.format(machine)), key=lambda path: path.stat().st_mtime)
    return [str(path) for path in archives]
