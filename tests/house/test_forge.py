# SPDX-License-Identifier: Apache-2.0
"""What a public forge runs is what a newcomer types, on every system that is promised."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORKFLOW = (ROOT / ".github" / "workflows" / "test.yaml").read_text()


def test_it_calls_the_two_targets_and_nothing_of_its_own():
    commands = re.findall(r"- run: (make .*)", WORKFLOW)
    assert commands == ["make demo", "make test"]
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    assert {command.split()[1] for command in commands} <= set(targets)


def test_it_runs_on_each_system_that_is_supported():
    [systems] = re.findall(r"^ +system: \[(.*)\]", WORKFLOW, re.M)
    tried = {name.strip('"').replace(":", " ").title() for name in systems.split(", ")}
    [supported] = re.findall(r'^supported="(.*)"', (ROOT / "tools" / "deps.sh").read_text(), re.M)
    assert tried == set(re.split(r", | and ", supported))
