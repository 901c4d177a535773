# SPDX-License-Identifier: Apache-2.0
"""A run under attack: killed at named points and at random instants, then resumed."""

import json
import os
import random
import shutil
import subprocess

from conftest import UNTRAINED
from fault.kills import killed_after, killed_at
from storage.results import content, leftovers

SHARDS = 12
PARTS = ["--weights", UNTRAINED, "--parts", str(SHARDS)]
POINTS = {
    "shard-data-written": SHARDS,
    "shard-committed": SHARDS,
    "model-saved": 1,
    "before-success": 1,
    "between-marks": 2,
}
REPLACING = 30  # files that go when a result is replaced, about


class Victim:
    """One output: `place` as the program is told it, `folder` where its files lie."""

    def __init__(self, photographs, place, folder, environment=None):
        """Attack a run from `photographs` to `place`."""
        self.folder = folder
        self.environment = environment or dict(os.environ)
        self.place = place
        self.command = ["run", photographs, place, *PARTS]

    def begin(self, finished=None):
        """Start anew, from nothing or from a finished result that is to be replaced."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if finished:
            shutil.copytree(finished, self.folder)
        return self.command + ["--overwrite"] * bool(finished)

    def shards(self):
        """Shards whose manifests stand."""
        return len(list(self.folder.glob("_verger/shards/[0-9]*.json")))

    def run(self, program, *command):
        """Run to a good end."""
        process = subprocess.run(
            [program, *command], env=self.environment, capture_output=True, timeout=120, check=False
        )
        assert process.returncode == 0, process.stderr.decode()

    def killed_at(self, deadly, point, command):
        """Run until the point; True when it was reached."""
        return killed_at(deadly, point, command, self.environment)

    def killed_after(self, program, seconds, command):
        """Run for some seconds; True when it was still running then."""
        return killed_after(program, seconds, command, self.environment)

    def check_wreck(self, program):
        """Whatever a kill leaves: a result that claims to be finished is whole."""
        if (self.folder / "_SUCCESS").exists():
            self.run(program, "inspect", self.place)

    def resume(self, program, expected, at_least):
        """Go on to the end; the shards that were finished are not done again."""
        self.run(program, *self.command, "--resume")
        record = json.loads((self.folder / "_verger" / "run.json").read_text())
        assert record["shards"]["resumed"] >= at_least
        assert record["shards"]["total"] == SHARDS
        assert content(self.folder) == expected
        assert not leftovers(self.folder)
        self.run(program, "inspect", self.place)


def named_kills(victim, program, deadly, finished, points):
    """Kill at each point, on a fresh output and while a finished result is replaced."""
    expected = content(finished)
    kills = 0
    for point in points:
        for overwriting in (False, True):
            command = victim.begin(finished if overwriting else None)
            if not victim.killed_at(deadly, point, command):
                continue
            kills += 1
            assert not (victim.folder / "_SUCCESS").exists()
            victim.check_wreck(program)
            name, number = point.split(":")
            done = int(number) if name == "shard-committed" else 0
            victim.resume(program, expected, SHARDS if overwriting else done)
    return kills


def random_kills(victim, program, finished, seconds, *, kills):
    """Kill within so many seconds, on until a run survives; then begin anew."""
    expected = content(finished)
    draw = random.Random(kills)
    done = 0
    while done < kills:
        command = victim.begin(finished if draw.random() < 0.3 else None)
        for _ in range(draw.randint(1, 4)):
            before = victim.shards()
            if not victim.killed_after(program, draw.uniform(0.05, seconds), command):
                break
            done += 1
            assert victim.shards() >= before
            victim.check_wreck(program)
            command = [*victim.command, "--resume"]
        victim.resume(program, expected, victim.shards())
    return done
