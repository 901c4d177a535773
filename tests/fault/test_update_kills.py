# SPDX-License-Identifier: Apache-2.0
"""Inputs that change at random, updates killed anywhere: the end is always that of a fresh run."""

import random

import pytest
from end_to_end.updates import Updated
from fault.kills import killed_after

POINTS = {
    "shard-data-written": 4,
    "shard-committed": 4,
    "model-saved": 1,
    "replacing": 12,
    "before-success": 1,
    "between-marks": 2,
}


class Sequence:
    """Steps by which an input and its output change, drawn from a seed."""

    def __init__(self, updated, deadly, program, seed):
        """Begin with an output that is up to date."""
        self.updated = updated
        self.deadly = deadly
        self.program = program
        self.draw = random.Random(seed)
        self.kills = 0
        self.settled = self.state()

    def state(self):
        """{path: what tells its versions apart}."""
        return {p: (p.stat().st_size, p.stat().st_mtime_ns) for p in self.updated.images()}

    def disturb(self):
        """Add, change, spoil and remove a few images; some input always remains."""
        updated, draw = self.updated, self.draw
        for _ in range(draw.randint(0, 3)):
            images = updated.images()
            kind = draw.choice(["add", "change", "spoil", "remove", "remove many"])
            if kind == "add":
                updated.add(draw.randint(1, 9))
            elif kind == "change":
                for path in draw.sample(images, min(len(images), draw.randint(1, 4))):
                    updated.change(path)
            elif kind == "spoil":
                updated.change(draw.choice(images), b"no image any more")
            elif len(images) > 12:
                begin = draw.randrange(len(images))
                many = draw.randint(1, 9) if kind == "remove many" else 1
                for path in images[begin : begin + min(many, len(images) - 12)]:
                    path.unlink()

    def kill(self):
        """Kill an update at a point or an instant; whatever claims to be finished is whole."""
        point = self.draw.choice([*POINTS, "instant"])
        if point == "instant":
            command = self.updated.command("update")
            killed = killed_after(self.program, self.draw.uniform(0.02, 0.5), command)
        else:
            point = f"{point}:{self.draw.randint(1, POINTS[point])}"
            killed = self.updated.killed_at(self.deadly, point)
        self.kills += killed
        if (self.updated.output / "_SUCCESS").exists():
            self.updated.verger("inspect", self.updated.output)

    def step(self):
        """Disturb, kill perhaps, update, and compare."""
        before = self.updated.record()
        self.disturb()
        disturbed_late = attempted = False
        while self.draw.random() < 0.4:
            self.kill()
            attempted = True
            if self.draw.random() < 0.3:
                self.disturb()
                disturbed_late = True
        now = self.state()
        added = len(now.keys() - self.settled.keys())
        changed = sum(now[path] != self.settled[path] for path in now.keys() & self.settled.keys())
        record = self.updated.update()
        if record == before:
            assert now == self.settled
        elif not attempted:
            self._check_counts(record["update"], added, changed, now)
        elif not disturbed_late:
            assert record["update"]["inferred"] <= added + changed
        self.settled = now
        self.updated.check()

    def _check_counts(self, counts, added, changed, now):
        """Without a kill, just the new and the changed images are inferred."""
        assert (counts["added"], counts["changed"]) == (added, changed)
        assert counts["inferred"] == added + changed
        assert counts["removed"] == len(self.settled.keys() - now.keys())


@pytest.mark.heavy
@pytest.mark.timeout(3000)
def test_thirty_sequences(verger, deadly, program, orchard, tmp_path):
    kills = 0
    for seed in range(30):
        folder = tmp_path / str(seed)
        folder.mkdir()
        layout = ("--layout", "notebook") if seed % 5 == 4 else ()
        sequence = Sequence(Updated(verger, orchard, folder, *layout), deadly, program, seed)
        for _ in range(4):
            sequence.step()
        kills += sequence.kills
    assert kills > 25
