"""Every command of the program once, in an order in which each finds what it needs."""

import re

from conftest import UNTRAINED

WEIGHTS = ["--weights", UNTRAINED]


def every_command(images):
    """Arguments of the program, whose places are relative."""
    return [
        ["sample", "Sample", "--images", images, "--classes", 3],
        ["weights", "check", "untrained:1"],
        ["pack", "Sample", "Packed"],
        ["run", "Packed", "Results", *WEIGHTS],
        ["extract", "Sample", "Halves", *WEIGHTS],
        ["reduce", "Halves", "Reduced"],
        ["apply", "Sample", "Applied", "--model", "Results", *WEIGHTS],
        ["update", "Packed", "Results", *WEIGHTS],
        ["inspect", "Results"],
        ["report", "Results"],
        ["duplicates", "Results"],
        ["similar", "Sample", "--in", "Results", *WEIGHTS],
        ["completion", "bash"],
        ["work"],  # until its orders end, which is at once
    ]


def commands_of(help_text):
    """The names of the commands that `verger --help` lists."""
    return set(re.findall(r"^  ([a-z]+) ", help_text, re.MULTILINE))
