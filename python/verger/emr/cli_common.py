# SPDX-License-Identifier: Apache-2.0
"""What the commands share: options, clients, and the words for what they found."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from verger.emr import archive as archives
from verger.emr.archive import Archive
from verger.emr.aws import Aws
from verger.emr.config import Description
from verger.emr.errors import UsageError
from verger.emr.estimate import Bill

Command = TypeVar("Command", bound=Callable[..., Any])

as_json = click.option("--json", "json_wanted", is_flag=True, help="One JSON document as output.")
_region = click.option("--region", help="Region of AWS (default: AWS_REGION, the profile).")
_profile = click.option("--profile", help="Profile of AWS' settings (default: AWS_PROFILE).")
archive_option = click.option(
    "--archive", "archive_source", metavar="FILE",
    help="Bundle of the program, a file or on S3 (default: the newest that make bundle left).",
)  # fmt: skip
description = click.argument("description", metavar="FILE.yaml", type=click.Path())
target_id = click.argument("target_id", metavar="ID")  # names a cluster or an application
yes = click.option("--yes", is_flag=True, help="Do not ask.")


def connected(command: Command) -> Command:
    """Give a command the options --region, --profile and --json."""
    for option in (as_json, _profile, _region):
        command = option(command)
    return command


def client_of(config: Description, region: str | None, profile: str | None) -> Aws:
    """Return the client for a description's region. UsageError when another is asked for."""
    if region not in (None, config.region):
        raise UsageError(f"--region {region} is not the description's region, {config.region}.")
    return Aws(config.region, profile)


def find_archive(source: str | None, machine: str) -> Archive:
    """Return the archive that is named, else the newest for the machine."""
    return archives.inspect(source) if source else archives.newest(machine)


def ask(question: str) -> bool:
    """Return what a person at the terminal answers; True, the safe answer, where there is none."""
    if not sys.stdin.isatty():
        return True
    try:
        return bool(click.confirm(question, default=True, err=True))
    except click.Abort:
        return True


def confirm(question: str, *, sure: bool) -> bool:
    """Return whether to go on. UsageError where there is nobody to ask and no --yes."""
    if sure:
        return True
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to ask at; give --yes.")
    return bool(click.confirm(question, default=False, err=True))


def money(bill: Bill) -> str:
    """Return the words for a bill."""
    what, count = next(iter(bill.counts.items()))
    text = f"about {bill.total:.2f} USD for {count} {what.replace('_', ' ')}"
    if bill.date:
        text += f" ({bill.basis.format(f'list prices of {bill.date} in {bill.region}')})"
    if bill.unpriced:
        text += f"; no price is known of {', '.join(bill.unpriced)}"
    return text


def bill_document(bill: Bill) -> dict[str, Any]:
    """Return the same for machines."""
    return {"usd": round(bill.total, 4), "region": bill.region, "date": bill.date,
            **bill.counts, "unpriced": list(bill.unpriced)}  # fmt: skip
