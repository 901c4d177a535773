"""The road, with Spark as the driver of the shard worker (see src/pipeline/pipeline.h).

extract:  list -> tasks: fetch -> decode -> resize -> infer -> features, moments, manifest
reduce:   merge moments -> standardise -> solve PCA -> tasks: project -> pca -> model
"""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING, Any

from verger import _verger
from verger.spark.job.ahead import ahead
from verger.spark.job.console import Console
from verger.spark.job.extract import Extraction, Writing, extract_shard
from verger.spark.job.folder import REDUCTION_RECORD, RUN_RECORD
from verger.spark.job.lease import Lease
from verger.spark.job.listing import ImageShard, check_unchanged, plan
from verger.spark.job.manifest import (
    JSON_VERSION,
    Manifest,
    Part,
    dump_json,
    read_manifest,
)
from verger.spark.job.network import check_precision
from verger.spark.job.opened import Opened, open_run
from verger.spark.job.places import storage_of
from verger.spark.job.record import RunRecord
from verger.spark.job.reduce import Projection, describe, moments_of, project_shard, save_model
from verger.spark.job.resume import finished_shards
from verger.spark.job.stages import Stages
from verger.spark.job.store import below
from verger.spark.job.tables import part_file_name, write_rejected

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_READS = 4  # of moments or manifests at once, on the driver


class Job:
    """A run under way: the stages of the road, which run_job() puts in order."""

    def __init__(self, spark: SparkSession, opened: Opened, console: Console, lease: Lease) -> None:
        """Take what open_run() found, and the lease on the output."""
        self._opened = opened
        self._console = console
        self._lease = lease
        self._context = spark.sparkContext
        self._stages = Stages(self._context, console)
        self._width = int(opened.network.info["width"])
        store, folders = opened.output.store, opened.output.folders
        self._writing = Writing(store, folders, str(uuid.uuid4()), lease.fence)
        self._written: set[str] = set()
        self._manifests: dict[int, Manifest] = {}
        self._fresh: set[int] = set()  # of these, the shards that this run did
        self._parts: list[Part] = []
        self._model: _verger.PcaModel | None = None
        self.resumable = False  # shards are finished, the run is not
        self.record = self._new_record()

    def _new_record(self) -> RunRecord:
        opened = self._opened
        record = RunRecord(
            opened.input.display_path(),
            opened.output.store.display_path(),
            opened.options,
            opened.network.info,
        )
        record.counts.listed = len(opened.images)
        record.spark = {
            "version": self._context.version,
            "master": self._context.master or "",
            "application": self._context.applicationId or "",
        }
        return record

    def _write_record(self, name: str, document: dict[str, Any]) -> None:
        self._lease.check()
        self._writing.output.write(name, dump_json(document))

    def begin(self) -> None:
        """From here on the output is being written."""
        options = self._opened.options
        # Another run may have come and gone meanwhile.
        self._opened.output.check_free(overwrite=options["overwrite"], resume=options["resume"])
        self._opened.output.begin()
        self._write_record(RUN_RECORD, self.record.to_json())

    def extract(self) -> None:
        """Images → features, rejected; and the moments of all."""
        opened, record = self._opened, self.record
        shards = plan(opened.images, opened.options["parts"], opened.network.options_sha256)
        tree = _verger.MomentsTree(self._width, len(shards))
        remaining = self._resume(shards, tree)
        self._extract_remaining(remaining)
        check_unchanged(opened.input, opened.options, opened.images)
        self._add_moments(tree)
        self._moments = tree
        record.counts = type(record.counts)()
        for manifest in self._manifests.values():
            record.counts.add(manifest.counts)
            self._written.update(part.name for part in manifest.files())
            self._written.add(manifest.shard.name)
        if record.counts.rejected == 0:
            # A table without a single part cannot be read.
            name = below(self._writing.folders.rejected, self._part_name(0))
            self._written.add(write_rejected(self._writing.output, name, [], None).name)
        record.stage_done("extract")
        if opened.options["precision"] != "f32":
            record.precision_check = check_precision(opened.input, opened.images, opened.network)
            record.stage_done("precision check")

    def _part_name(self, number: int) -> str:
        return part_file_name(number, self._writing.uuid, 0)

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

    def _extract_remaining(self, shards: list[ImageShard]) -> None:
        options, opened = self._opened.options, self._opened
        network = opened.network.broadcast(self._context)
        job = Extraction(
            opened.input,
            self._writing,
            network,
            options["threads"],
            storage_of(options).reads(opened.input.display_path()),
            options["strict"],
        )
        images = sum(len(item.images) for item in shards)
        description = (
            f"verger extract: {images:,} images of {opened.input.display_path()} in "
            f"{len(shards):,} shards -> features in {opened.output.store.display_path()}"
        )
        self.resumable = self.resumable or bool(shards)
        results = self._stages.run("extract", description, shards, partial(extract_shard, job))
        if network.file is not None:
            network.file.destroy()
        self._lease.check()
        for result in results:
            manifest = Manifest.parse(result["manifest"])
            self._manifests[manifest.shard.number] = manifest
            self._fresh.add(manifest.shard.number)
            self.record.cpu_seconds += result["cpu_seconds"]

    def _add_moments(self, tree: _verger.MomentsTree) -> None:
        store = self._writing.output
        for number, moments in ahead(
            sorted(self._fresh),
            lambda number: moments_of(store, self._manifests[number], self._width),
            _READS,
        ):
            tree.add(number, moments)

    def fit(self) -> None:
        """Moments → PCA model."""
        options, info = self._opened.options, self._opened.network.info
        moments = self._moments.finish()
        if moments.count < 2:
            raise OSError(
                "A PCA needs the features of at least 2 images, and "
                f"{self._opened.input.display_path()} gave {moments.count}; the rejected table "
                "says why the others failed."
            )
        self._model = _verger.solve_pca(
            moments,
            variance=options["variance"],
            components=options["components"],
            standardize=options["standardize"],
            provenance={
                "verger_version": _verger.__version__,
                **{
                    name: info[name]
                    for name in (
                        "model_name",
                        "weights",
                        "weights_sha256",
                        "precision",
                        "untrained",
                    )
                },
            },
        )
        self.record.reduction = describe(self._model)
        self.record.stage_done("fit")

    def project(self) -> None:
        """Features → pca table."""
        assert self._model is not None
        options, store = self._opened.options, self._writing.output
        model = self._context.broadcast(self._model)
        job = Projection(self._writing, model, options["layout"], options["threads"])
        features = [(n, self._manifests[n].features.name) for n in sorted(self._manifests)]
        description = (
            f"verger project: {self._model.count:,} rows of {self._width:,} features -> "
            f"{self._model.k:,} principal components in {store.display_path()}"
        )
        results = self._stages.run("project", description, features, partial(project_shard, job))
        model.destroy()
        self._parts = [Part.parse(result) for result in results]
        self._written.update(part.name for part in self._parts)
        self.record.stage_done("project")

    def save_model(self) -> None:
        """PCA model → model files, and the record of the reduction."""
        assert self._model is not None
        files = save_model(self._writing, self._model)
        self._written.update(file.name for file in files)
        document = {
            "format": "verger-reduction",
            "version": JSON_VERSION,
            "parts": [part.to_json() for part in self._parts],
            "model": [file.to_json() for file in files],
        }
        self._write_record(REDUCTION_RECORD, document)

    def finish(self) -> dict[str, Any]:
        """Everything is complete: the record, the clean-up of what was replaced, the marks."""
        self._settle_manifests()
        self.record.state = "done"
        document = self.record.to_json()
        self._write_record(RUN_RECORD, document)
        self._opened.output.finish(self._written)
        self.resumable = False
        return document

    def _settle_manifests(self) -> None:
        """Of two attempts at a shard the slower one may have written its manifest last."""
        store = self._writing.output
        names = [self._manifests[number].shard.name for number in sorted(self._fresh)]
        found = ahead(names, lambda name: read_manifest(store, name), _READS)
        for number, (name, manifest) in zip(sorted(self._fresh), found, strict=True):
            if manifest != self._manifests[number]:
                self._write_record(name, self._manifests[number].to_json())


def run_job(
    spark: SparkSession, input_: str, output: str, options: dict[str, Any], console: Console
) -> dict[str, Any]:
    """Run with complete options; return the document of _verger/run.json."""
    if options["threads"] == 0:
        options = options | {"threads": int(spark.conf.get("spark.task.cpus", "1") or 1)}
    opened = open_run(input_, output, options, console)
    with Lease.acquire(opened.output.store, "run", None) as lease:
        job = Job(spark, opened, console, lease)
        job.record.stage_done("list")
        try:
            job.begin()
            job.extract()
            job.fit()
            job.project()
            job.save_model()
            return job.finish()
        finally:
            if job.resumable:
                console.note("Finished shards are kept; go on with --resume.")
