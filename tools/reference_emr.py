# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference-emr.md from what verger-emr declares of its commands.

usage: reference_emr.py [--check]    (by a Python that has click and boto3: .venv/emr/bin/python)

--check writes nothing, and exits with 1 when the page is stale.
"""

from __future__ import annotations

import inspect
import os
import sys
from pathlib import Path

import click
from reference_cli import cell
from reference_page import ROOT, write_or_check

PAGE = ROOT / "docs" / "reference-emr.md"
BUILD = Path(os.environ.get("VERGER_BUILD", ROOT / "build" / "release"))
HEAD = """\
# Reference: verger-emr

*Written by `make reference` from what the program declares; a test compares. In the order in which
one does it: [spark-emr.md](spark-emr.md).*

ID names a cluster (`j-…`) or an application of EMR Serverless. `FILE.yaml` describes one:
[examples/emr](../examples/emr). Behind `--` stand options of `verger-spark run` or `update`, which
are those of [`verger run`](reference-cli.md#verger-run) and
[`verger update`](reference-cli.md#verger-update).

Exit codes: 0 done; 1 the job on the cluster failed; 2 usage; 3 AWS, a file or a place cannot be
used; 130 interrupted.
"""


def told_of(command: click.Command) -> list[str]:
    """Return what a command's docstring says; what is to be typed stands in it behind a mark."""
    told, _, typed = inspect.cleandoc(command.help or "").partition("\b\n")
    lines = [*told.strip().splitlines(), ""]
    return [*lines, "```sh", *typed.strip().splitlines(), "```", ""] if typed else lines


def takes(option: click.Parameter) -> str:
    """Return what an option takes: its choices, or its value and bounds."""
    kind = option.type
    if isinstance(kind, click.Choice):
        return " \\| ".join(f"`{choice}`" for choice in kind.choices)
    if isinstance(option, click.Option) and option.is_flag:
        return ""
    counted = isinstance(kind, click.IntRange)
    value = f"`{cell(option.metavar or ('N' if counted else 'TEXT'))}`"
    return f"{value}, at least {kind.min:,}" if counted else value


def default_of(option: click.Option) -> str:
    """Return what holds without an option, where its help does not say so."""
    if option.required:
        return "required"
    return f"`{option.default}`" if option.show_default else ""


def chapter(command: click.Command) -> list[str]:
    """Return what there is to say of a command."""
    context = click.Context(command, info_name=f"verger-emr {command.name}")
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    lines = [f"## verger-emr {command.name}", "", f"`{usage}`", "", *told_of(command)]
    options = [each for each in command.params if isinstance(each, click.Option)]
    lines += ["| option | takes | default | |", "|---|---|---|---|"]
    for option in options:
        flags = ", ".join(f"`{flag}`" for flag in (*option.opts, *option.secondary_opts))
        about = cell((option.help or "").rstrip("."))
        lines.append(f"| {flags} | {takes(option)} | {default_of(option)} | {about} |")
    return [*lines, ""]


def page() -> str:
    """Return the whole page."""
    sys.path.insert(0, str(BUILD / "python"))
    from verger.emr.cli import program  # noqa: PLC0415 - of the build, which is found only now

    lines = [HEAD]
    for command in program.commands.values():
        lines += chapter(command)
    return "\n".join(lines).strip() + "\n"


if __name__ == "__main__":
    sys.exit(write_or_check(PAGE, page()))
