"""What the driver of a run and that of an update have in common."""

from __future__ import annotations

import abc
import uuid
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from verger import _verger
from verger.spark.job.ahead import ahead
from verger.spark.job.console import Console
from verger.spark.job.extract import Extraction, Writing
from verger.spark.job.folder import REDUCTION_RECORD, RUN_RECORD
from verger.spark.job.lease import Lease
from verger.spark.job.listing import Image, check_unchanged
from verger.spark.job.manifest import Counts, Manifest, Part, dump_json, read_manifest
from verger.spark.job.network import check_precision
from verger.spark.job.opened import Opened
from verger.spark.job.places import storage_of
from verger.spark.job.record import ReductionRecord, RunRecord
from verger.spark.job.reduce import Projection, describe, moments_of, project_shard
from verger.spark.job.stages import Stages
from verger.spark.job.store import below
from verger.spark.job.tables import part_file_name, write_rejected

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

T = TypeVar("T")

_READS = 4  # of moments or manifests at once, on the driver


def spark_of(context: SparkContext) -> dict[str, str]:
    """Return what the records say of the application."""
    return {
        "version": context.version,
        "master": context.master or "",
        "application": context.applicationId or "",
    }


def with_threads(options: dict[str, Any], spark: SparkSession) -> dict[str, Any]:
    """Return the options of a run, those of one task's threads not left open."""
    if options["threads"] != 0:
        return options
    return options | {"threads": int(spark.conf.get("spark.task.cpus", "1") or 1)}


class Driver(abc.ABC):
    """A job under way: the stages of its road, which go() puts in order."""

    again: str  # how to go on after an interruption

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
        self._model: _verger.PcaModel | None = None
        self._reduction = ReductionRecord()
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
        record.spark = spark_of(self._context)
        return record

    def _write_record(self, name: str, document: dict[str, Any]) -> None:
        self._lease.check()
        self._writing.output.write(name, dump_json(document))

    def begin(self) -> None:
        """From here on the output is being written."""
        self._check_output()
        self._opened.output.begin()
        self._write_record(RUN_RECORD, self.record.to_json())

    @abc.abstractmethod
    def _check_output(self) -> None:
        """Raise OSError when another run has come and gone since the output was looked at."""

    @abc.abstractmethod
    def extract(self) -> None:
        """Images → features, rejected; and the moments of all."""

    @abc.abstractmethod
    def fit(self) -> None:
        """Moments → PCA model."""

    @abc.abstractmethod
    def project(self) -> None:
        """Features → pca table."""

    @abc.abstractmethod
    def save_model(self) -> None:
        """PCA model → model files, and the record of the reduction."""

    def _do_shards(
        self,
        items: Sequence[T],
        images: int,
        work: Callable[[Extraction, T, int], dict[str, Any]],
    ) -> list[dict[str, Any]]:
        """Do work(job, item, attempt) of every item, and enter its manifest; the results."""
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
        description = (
            f"verger extract: {images:,} images of {opened.input.display_path()} in "
            f"{len(items):,} shards -> features in {opened.output.store.display_path()}"
        )
        self.resumable = self.resumable or bool(items)
        results = self._stages.run("extract", description, items, partial(work, job))
        if network.file is not None:
            network.file.destroy()
        self._lease.check()
        for result in results:
            manifest = Manifest.parse(result["manifest"])
            self._manifests[manifest.shard.number] = manifest
            self._fresh.add(manifest.shard.number)
            self.record.cpu_seconds += result["cpu_seconds"]
        return results

    def _close_extraction(self, tree: _verger.MomentsTree, numbers: Iterable[int]) -> None:
        """Take over what the shards left behind; `numbers`: those that `tree` does not have yet."""
        opened, record = self._opened, self.record
        check_unchanged(opened.input, opened.options, opened.images, self.again)
        self._add_moments(tree, numbers)
        self._moments = tree
        record.counts = Counts()
        for manifest in self._manifests.values():
            record.counts.add(manifest.counts)
            self._written.update(part.name for part in manifest.files())
            self._written.add(manifest.shard.name)
        if record.counts.rejected == 0:
            # A table without a single part cannot be read.
            name = below(self._writing.folders.rejected, self._part_name(0))
            self._written.add(write_rejected(self._writing.output, name, [], None).name)
        record.stage_done("extract")

    def _part_name(self, number: int) -> str:
        return part_file_name(number, self._writing.uuid, 0)

    def _check_precision(self, images: list[Image]) -> None:
        opened = self._opened
        self.record.precision_check = check_precision(opened.input, images, opened.network)
        self.record.stage_done("precision check")

    def _add_moments(self, tree: _verger.MomentsTree, numbers: Iterable[int]) -> None:
        store = self._writing.output
        places = {number: place for place, number in enumerate(sorted(self._manifests))}
        for number, moments in ahead(
            sorted(numbers),
            lambda number: moments_of(store, self._manifests[number], self._width),
            _READS,
        ):
            tree.add(places[number], moments)

    def _solve(self, moments: _verger.Moments) -> _verger.PcaModel:
        options, info = self._opened.options, self._opened.network.info
        if moments.count < 2:
            raise OSError(
                "A PCA needs the features of at least 2 images, and "
                f"{self._opened.input.display_path()} gave {moments.count}; the rejected table "
                "says why the others failed."
            )
        return _verger.solve_pca(
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

    def _features(self) -> list[tuple[int, str]]:
        """Return number and features part of each shard."""
        return [(n, self._manifests[n].features.name) for n in sorted(self._manifests)]

    def _project(self, features: list[tuple[int, str]], model: _verger.PcaModel) -> list[Part]:
        options, store = self._opened.options, self._writing.output
        rows = sum(self._manifests[number].counts.features for number, _ in features)
        description = (
            f"verger project: {rows:,} rows of {self._width:,} features -> "
            f"{model.k:,} principal components in {store.display_path()}"
        )
        sent = self._context.broadcast(model)
        job = Projection(self._writing, sent, options["layout"], options["threads"])
        results = self._stages.run("project", description, features, partial(project_shard, job))
        sent.destroy()
        return [Part.parse(result) for result in results]

    def _write_reduction(self, model: _verger.PcaModel) -> None:
        self._written.update(file.name for file in self._reduction.model)
        self.record.reduction = describe(model)
        self._write_record(REDUCTION_RECORD, self._reduction.to_json())

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

    def go(self) -> dict[str, Any]:
        """Take the road from the first write on; return the document of _verger/run.json."""
        try:
            self.begin()
            self.extract()
            self.fit()
            self.project()
            self.save_model()
            return self.finish()
        except BaseException:
            # Tasks that Spark cancels are not waited for by it, and may be writing.
            if self._lease.withdraw():
                self._opened.output.sweep()
            raise
        finally:
            if self.resumable:
                self._console.note(f"Finished shards are kept; {self.again}.")
