"""The road, with Spark as the driver of the shard worker (see src/pipeline/pipeline.h).

extract:  list -> tasks: fetch -> decode -> resize -> infer -> features, moments, manifest
reduce:   merge moments -> standardise -> solve PCA -> tasks: project -> pca -> model
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verger import _verger
from verger.spark.job.console import Console
from verger.spark.job.driver import Driver, with_threads
from verger.spark.job.extract import extract_shard
from verger.spark.job.lease import Lease
from verger.spark.job.listing import ImageShard, plan
from verger.spark.job.opened import open_run
from verger.spark.job.reduce import save_model
from verger.spark.job.resume import finished_shards

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class Job(Driver):
    """A run."""

    again = "go on with --resume"

    def _check_output(self) -> None:
        options = self._opened.options
        self._opened.output.check_free(overwrite=options["overwrite"], resume=options["resume"])

    def extract(self) -> None:
        """Images → features, rejected; and the moments of all."""
        opened = self._opened
        shards = plan(opened.images, opened.options["parts"], opened.network.options_sha256)
        tree = _verger.MomentsTree(self._width, len(shards))
        remaining = self._resume(shards, tree)
        self._do_shards(remaining, sum(len(item.images) for item in remaining), extract_shard)
        self._close_extraction(tree, self._fresh)
        if opened.options["precision"] != "f32":
            self._check_precision(opened.images)

    def _resume(self, shards: list[ImageShard], tree: _verger.MomentsTree) -> list[ImageShard]:
        """Take over what an interrupted run finished, when asked to; return what remains."""
        counts = self.record.shards
        counts["total"] = len(shards)
        if not self._opened.options["resume"]:
            return shards
        self._manifests = finished_shards(self._opened.output, shards, tree, self._width)
        remaining = [item for item in shards if item.shard.number not in self._manifests]
        counts["resumed"] = len(self._manifests)
        counts["resumed_images"] = sum(m.counts.listed for m in self._manifests.values())
        self.resumable = bool(self._manifests)
        self._console.note(
            f"Resumed: {len(self._manifests)} of {len(shards)} shards were finished already."
        )
        return remaining

    def fit(self) -> None:
        """Moments → PCA model."""
        self._model = self._solve(self._moments.finish())
        self.record.stage_done("fit")

    def project(self) -> None:
        """Features → pca table."""
        assert self._model is not None
        self._reduction.parts = self._project(self._features(), self._model)
        self._written.update(part.name for part in self._reduction.parts)
        self.record.stage_done("project")

    def save_model(self) -> None:
        """PCA model → model files, and the record of the reduction."""
        assert self._model is not None
        self._reduction.model = save_model(self._writing, self._model)
        self._write_reduction(self._model)


def run_job(
    spark: SparkSession, input_: str, output: str, options: dict[str, Any], console: Console
) -> dict[str, Any]:
    """Run with complete options; return the document of _verger/run.json."""
    opened = open_run(input_, output, with_threads(options, spark), console)
    with Lease.acquire(opened.output.store, "run", None) as lease:
        job = Job(spark, opened, console, lease)
        job.record.stage_done("list")
        return job.go()
