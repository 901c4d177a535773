# SPDX-License-Identifier: Apache-2.0
"""Every command of the program once, in an order in which each finds what it needs."""

import re

from conftest import UNTRAINED
from servers.service import Service

WEIGHTS = ["--weights", UNTRAINED]


def every_command(images):
    """Arguments of the program, whose places are relative. All but `serve`."""
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
        ["help", "run"],
        ["work"],  # until its orders end, which is at once
    ]


def check_service(words, result, photograph):
    """`serve`, the one command that runs until it is told to end, answers and ends."""
    with Service(words, result) as service:
        status, document = service.similar(photograph.read_bytes())
        assert (status, len(document["queries"])) == (200, 1)
        assert service.stop() == 0


def commands_of(help_text):
    """The names of the commands that `verger --help` lists."""
    listed = help_text.partition("\nCommands:\n")[2].partition("\n\n")[0]
    return set(re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE))
