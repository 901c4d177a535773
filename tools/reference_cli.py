# SPDX-License-Identifier: Apache-2.0
"""Write docs/reference-cli.md from what the program says of itself: `verger help --json`.

usage: reference_cli.py [--check] [PROGRAM]    (default: build/verger)

--check writes nothing, and exits with 1 when the page is stale.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from reference_page import ROOT, given, write_or_check

PAGE = ROOT / "docs" / "reference-cli.md"
PROGRAM = ROOT / "build" / "verger"
HEAD = """\
# Reference: the command line

*Written by `make reference` from `verger help --json`; a test compares. By example:
[getting-started.md](getting-started.md).*

Every option has one spelling: `--max-pixels` here is `max_pixels` in Python, in Spark, in
`run.json` and in C++. `verger-spark run`, `extract`, `reduce`, `apply`, `update` and `inspect` take
the options of these commands, and `--master` and `--conf` for Spark ([spark.md](spark.md)).
`verger-emr` has [a page of its own](reference-emr.md).

Places are paths of this machine, or `s3://bucket/key`. Exit codes: 0 done, 1 a check found a fault,
2 usage, 3 input or output unusable, 4 model unusable, 130 interrupted.
"""


def cell(text: str) -> str:
    """Return a text as it may stand in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def value_of(argument: dict) -> str:
    """Return what an argument takes: its choices, or its value and bounds."""
    if argument["choices"]:
        return " \\| ".join(f"`{choice}`" for choice in argument["choices"])
    words = [f"`{cell(argument['value'])}`"] if argument["value"] else []
    return ", ".join(words + ([argument["bounds"]] if argument["bounds"] else []))


def default_of(argument: dict) -> str:
    """Return what holds without an argument, as the help says it."""
    if argument["required"]:
        return "required"
    return "on" if argument["default"] is True else cell(argument["default_text"])


def table(arguments: list[dict], names: str) -> list[str]:
    """Return a table of arguments; `names` heads its first column."""
    lines = [f"| {names} | takes | default | |", "|---|---|---|---|"]
    for argument in arguments:
        flags = argument.get("flags") or [argument["name"]]
        spelled = ", ".join(f"`{flag}`" for flag in flags)
        about = cell(argument["help"])
        if argument.get("excludes"):
            about += f"; not with `--{argument['excludes'].replace('_', '-')}`"
        lines.append(f"| {spelled} | {value_of(argument)} | {default_of(argument)} | {about} |")
    return [*lines, ""]


def chapter(command: dict) -> list[str]:
    """Return what there is to say of a command."""
    lines = [
        f"## {' '.join(['verger', *command['path']])}",
        "",
        f"{command['help'].rstrip('.')}.",
        "",
    ]
    if command["example"]:
        typed, _, told = command["example"].strip().partition("\n\n")
        lines += ["```sh", *typed.splitlines(), "```", ""] + ([told, ""] if told else [])
    if command["notes"]:
        lines += [*command["notes"].strip().splitlines(), ""]
    if command["arguments"]:
        lines += table(command["arguments"], "argument")
    for group in dict.fromkeys(option["group"] for option in command["options"]):
        options = [option for option in command["options"] if option["group"] == group]
        lines += table(options, group or "option")
    return lines


def page(program: Path) -> str:
    """Return the whole page."""
    command = [program, "help", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    document = json.loads(done.stdout)
    assert (document["format"], document["version"]) == ("verger-help", 1)
    lines = [HEAD]
    for one in document["commands"]:
        if one["path"] or one["options"]:
            lines += chapter(one)
    return "\n".join(lines).strip() + "\n"


if __name__ == "__main__":
    sys.exit(write_or_check(PAGE, page(given(PROGRAM))))
