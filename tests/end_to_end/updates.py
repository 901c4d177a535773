"""An input that changes, its updated output, and the run from scratch that it must equal."""

import json
import os
import shutil
import subprocess

import numpy as np
from conftest import UNTRAINED
from end_to_end.tables import bits, read_table, vectors
from storage.results import FOLDERS, leftovers

WEIGHTS = ["--weights", UNTRAINED]


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

    def update(self, *options, **keywords):
        """Run `verger update`; the record, or what it says where a failure is expected."""
        process = self.verger(
            "update", self.input, self.output, *self.options, *options, **keywords
        )
        return process.stderr if process.returncode else self.record()

    def killed_at(self, deadly, point, *options):
        """Run `verger update` until the point; True when it was reached."""
        process = subprocess.run(
            [deadly, "update", self.input, self.output, *self.options, *options],
            env=os.environ | {"VERGER_KILL_AT": point},
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert process.returncode in (0, -9), process.stderr
        return process.returncode == -9

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
        found = [path for path in self.output.rglob("*") if path.is_file()]
        return {path: path.stat().st_mtime_ns for path in found if path.name != "report.html"}

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
            found = values.flatten().to_numpy().reshape(expected.shape)
        else:
            found = vectors(projected, "pca")
        assert np.allclose(found, expected, rtol=1e-5, atol=1e-4)


def rejected(table):
    """The rows of a rejected table, by path."""
    return sorted(map(str, table.to_pylist()))
