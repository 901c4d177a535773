"""The packed environment for the nodes: which Python and machine it is for, what is in it."""

from __future__ import annotations

import re
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from verger.emr.errors import AwsError, UsageError
from verger.emr.places import split

_NAME = re.compile(r"^[\w.+-]+-cp3(?P<minor>\d+)-linux_(?P<machine>x86_64|aarch64)\.tar\.gz$")
_DISTRIBUTION = re.compile(r"/site-packages/([^/]+)-([^/-]+)\.dist-info(/|$)")
_INTERPRETER = re.compile(r"(\./)?bin/python3\.\d+$")
NEWEST = "dist/verger-spark-*.tar.gz"  # where make spark-archive leaves it


@dataclass(frozen=True)
class Archive:
    """An archive, here or already on S3."""

    source: str  # a path, or an s3:// URI
    name: str
    python: str  # the interpreter that it links, which nodes must have
    machine: str  # x86_64 or aarch64
    packages: dict[str, str] = field(default_factory=dict)  # name -> version; unknown on S3

    @property
    def doubt(self) -> str:
        """Why the nodes may not have its interpreter, or nothing."""
        if self.python.startswith("/usr/bin/"):
            return ""
        return (
            f"{self.name} links {self.python}, which only an image of your own has; for EMR's pack "
            "it by: NODE_PYTHON=/usr/bin/python3.11 make spark-archive"
        )

    @property
    def on_s3(self) -> bool:
        """Whether it need not be uploaded."""
        return self.source.startswith("s3://")


def _read(path: Path) -> tuple[str, dict[str, str]]:
    """Return the interpreter that an archive's bin/ links, and its packages."""
    python, packages = "", {}
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            if member.issym() and _INTERPRETER.match(member.name):
                python = member.linkname
            if found := _DISTRIBUTION.search(member.name):
                packages[found[1]] = found[2]
    if not python.startswith("/") or "verger" not in packages:
        raise UsageError(f"'{path}' is no environment packed by make spark-archive.")
    return python, packages


def inspect(source: str) -> Archive:
    """Return what is known of the archive at a path or s3:// URI."""
    name = split(source)[1].rpartition("/")[2] if "://" in source else Path(source).name
    parts = _NAME.match(name)
    if parts is None:
        raise UsageError(
            f"The archive '{source}' is not named as make spark-archive names it: "
            "verger-spark-VERSION-cp311-linux_x86_64.tar.gz."
        )
    if "://" in source:
        return Archive(source, name, f"/usr/bin/python3.{parts['minor']}", parts["machine"])
    try:
        python, packages = _read(Path(source))
    except (OSError, tarfile.TarError, EOFError) as error:
        raise AwsError(f"The archive '{source}' cannot be read: {error}.") from error
    return Archive(source, name, python, parts["machine"], dict(sorted(packages.items())))


def newest() -> Archive:
    """Return the archive that make spark-archive left here. UsageError when there is none."""
    found = sorted(Path().glob(NEWEST), key=lambda path: path.stat().st_mtime)
    if not found:
        raise UsageError(
            "No packed environment here; name one with --archive, or: make spark-archive."
        )
    return inspect(str(found[-1]))
