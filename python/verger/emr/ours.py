# SPDX-License-Identifier: Apache-2.0
"""The tags by which what verger-emr made is known again, and without which nothing is changed."""

from __future__ import annotations

from verger import __version__
from verger.emr.archive import Archive
from verger.emr.config import Description
from verger.emr.errors import UsageError
from verger.emr.places import Folder

MANAGED = "verger:managed"
FOLDER = "verger:folder"
ARCHIVE = "verger:archive"
BY_AWS = "change it by AWS' own tools"


def check_machine(config: Description, archive: Archive) -> None:
    """UsageError when the archive's machine is not that of the nodes."""
    if archive.machine != config.machine:
        raise UsageError(
            f"The archive {archive.name} is for {archive.machine}, but {config.runs_on} "
            f"is {config.machine}; pack one by: make bundle ARCH={config.machine}."
        )


def place_of(config: Description, archive: Archive) -> str:
    """Return where on S3 the nodes find the archive."""
    return archive.source if archive.on_s3 else config.folder.archive(archive.name)


def tags_for(config: Description, archive: Archive) -> dict[str, str]:
    """Return the tags: ours, and the user's."""
    return {
        MANAGED: "true",
        "verger:version": __version__,
        FOLDER: config.folder.root,
        ARCHIVE: place_of(config, archive),
        **config.tags,
    }


def has_our_tag(tags: dict[str, str]) -> bool:
    """Return whether what bears the tags was made by this program."""
    return tags.get(MANAGED) == "true"


def check_tag(what: str, tags: dict[str, str], remedy: str) -> None:
    """UsageError when it was not, naming it by `what`, with a capital."""
    if not has_our_tag(tags):
        raise UsageError(
            f"{what} was not made by verger-emr: it has no tag {MANAGED}=true; {remedy}."
        )


def files_of(what: str, tags: dict[str, str]) -> tuple[Folder, str]:
    """Return the folder and the archive that the tags name. UsageError when they name none."""
    if FOLDER not in tags or ARCHIVE not in tags:
        raise UsageError(
            f"{what} was not made by verger-emr: its tags do not say where the bundle is."
        )
    return Folder(tags[FOLDER]), tags[ARCHIVE]
