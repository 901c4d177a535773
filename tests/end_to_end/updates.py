# SPDX-License-Identifier: Apache-2.0
"""An input that changes, its updated output, and the run from scratch that it must equal."""

import json
import os
import shutil

import numpy as np
from conftest import UNTRAINED
from end_to_end.tables import bits, read_table, vectors
from fault.kills import killed_at
from storage.results import FOLDERS, leftovers

WEIGHTS = ["--weights", UNTRAINED]
COUNTS = ("kept", "added", "changed", "removed", "inferred")


class Updated:
    """A folder of photographs, and the output of `verger run` on it, which is kept up to date."""

    def __init__(self, verger, photographs, folder, *options, network=WEIGHTS):
        """Copy half of the photographs, keep the rest to add, and run."""
        self.verger = verger
        self.options = [*map(str, network), *map(str, options)]
        self.layout = "notebook" if "notebook" in options else "tables"
        self.input = folder / "Test"
        self.output = folder / "out"
        self.folder = folder
        self.spare = sorted(photographs.rglob("*.jpg"))
        self.number = 0
        for label in sorted({path.parent.name for path in self.spare}):
            (self.input / label).mkdir(parents=True)
        self.add(len(self.spare) // 2)
        verger("run", self.input, self.output, "--parts", 4, *self.options)

    def images(self):
        """The photographs of the input, in order."""
        return sorted(self.input.rglob("*.jpg"))

    def place(self, content, label=None):
        """Put bytes in as a new photograph; its path."""
        self.number += 1
        labels = sorted(path for path in self.input.iterdir() if path.is_dir())
        folder = self.input / label if label else labels[self.number % len(labels)]
        path = folder / f"{self.number * 7919 % 10007}_{self.number}.jpg"
        path.write_bytes(content)
        return path

    def add(self, count):
        """Put in as many photographs as that."""
        for _ in range(count):
            self.place(self.spare[self.number % len(self.spare)].read_bytes())

    def change(self, path, content=None):
        """Give a photograph another's bytes, and a later time than it had."""
        before = path.stat().st_mtime_ns
        others = [other for other in self.spare if other.read_bytes() != path.read_bytes()]
        path.write_bytes(
            others[self.number % len(others)].read_bytes() if content is None else content
        )
        os.utime(path, ns=(before + 10**9, before + 10**9))

    def command(self, name, *options):
        """The arguments of a command on this input and this output."""
        return [name, self.input, self.output, *self.options, *options]

    def update(self, *options, **keywords):
        """Run `verger update`; the record, or what it says where a failure is expected."""
        process = self.verger(*self.command("update", *options), **keywords)
        return process.stderr if process.returncode else self.record()

    def killed_at(self, deadly, point, *options):
        """Run `verger update` until the point; True when it was reached."""
        return killed_at(deadly, point, self.command("update", *options))

    def record(self):
        """The output's run.json."""
        return json.loads((self.output / "_verger/run.json").read_text())

    def table(self, name, output=None):
        """All rows of a table."""
        return read_table((output or self.output) / FOLDERS[self.layout][name])

    def model(self, name, output=None):
        """An array of the model."""
        return np.load((output or self.output) / FOLDERS[self.layout]["model"] / f"{name}.npy")

    def scaled(self):
        """The features, standardised by the model."""
        mean, deviation = self.model("mean"), self.model("deviation")
        centred = vectors(self.table("features"), "features").astype(np.float64) - mean
        return np.divide(centred, deviation, out=np.zeros_like(centred), where=deviation > 0)

    def variance_kept(self):
        """The share of the features' variance that the model's components keep."""
        scaled = self.scaled()
        return (scaled @ self.model("components").T).var(axis=0).sum() / scaled.var(axis=0).sum()

    def files(self):
        """Every file of the output but the report, with its time."""
        files = [path for path in self.output.rglob("*") if path.is_file()]
        return {path: path.stat().st_mtime_ns for path in files if path.name != "report.html"}

    def check(self, *, refitted=True):
        """The output is whole, and equals a run from scratch."""
        scratch = self.folder / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        self.verger("run", self.input, scratch, "--parts", 3, *self.options)
        self.verger("inspect", self.output)
        assert not leftovers(self.output)
        assert bits(self.table("features"), "features") == bits(
            self.table("features", scratch), "features"
        )
        assert rejected(self.table("rejected")) == rejected(self.table("rejected", scratch))
        counts = json.loads((scratch / "_verger/run.json").read_text())["counts"]
        assert self.record()["counts"] == counts
        self._check_projections()
        if refitted:
            ours, theirs = self.model("eigenvalues"), self.model("eigenvalues", scratch)
            assert np.abs(ours - theirs).max() <= 1e-9 * theirs[0]
            assert len(self.model("components")) == len(self.model("components", scratch))

    def _check_projections(self):
        """Every row of features is projected, by the model that is there."""
        features, projected = self.table("features"), self.table("pca")
        assert projected["path"].to_pylist() == features["path"].to_pylist()
        assert projected["label"].to_pylist() == features["label"].to_pylist()
        expected = self.scaled() @ self.model("components").T
        if self.layout == "notebook":
            values = projected["features_pca"].combine_chunks().field("values")
            actual = values.flatten().to_numpy().reshape(expected.shape)
        else:
            actual = vectors(projected, "pca")
        assert np.allclose(actual, expected, rtol=1e-5, atol=1e-4)


class PackedUpdated(Updated):
    """The same of a folder of containers, one a class of photographs."""

    def __init__(self, verger, photographs, folder):
        """Pack two classes, and run."""
        self.verger, self.options, self.layout = verger, WEIGHTS, "tables"
        self.input, self.output, self.folder = folder / "packed", folder / "out", folder
        self.groups = sorted(path for path in photographs.iterdir() if path.is_dir())
        self.input.mkdir()
        self.sizes = [self.pack(0), self.pack(1)]
        verger("run", self.input, self.output, *self.options, "--parts", 4)

    def container(self, number):
        """Where a class is packed."""
        return self.input / f"{number}.parquet"

    def pack(self, number):
        """Pack a class; the number of its photographs."""
        one = self.folder / "one"
        shutil.rmtree(one, ignore_errors=True)
        self.verger("pack", self.groups[number], one)
        shutil.copy(next(one.glob("*.parquet")), self.container(number))
        return len(list(self.groups[number].iterdir()))

    def check_updates(self, update):
        """Pack a third class, then remove the first; `update`: from this to the record."""
        first, second = self.sizes
        third = self.pack(2)
        assert counts(update(self)) == (first + second, third, 0, 0, third)
        self.check()
        self.container(0).unlink()
        assert counts(update(self)) == (second + third, 0, 0, first, 0)
        self.check()


def counts(record):
    """What an update did to images."""
    return tuple(record["update"][name] for name in COUNTS)


def rejected(table):
    """The rows of a rejected table, by path."""
    return sorted(map(str, table.to_pylist()))
