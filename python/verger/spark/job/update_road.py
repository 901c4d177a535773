"""The road of an update, with Spark as the driver (see src/pipeline/update_job.h)."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from verger import _verger
from verger.spark.job.compare import Comparison, compare
from verger.spark.job.console import Console
from verger.spark.job.driver import Driver, spark_of, with_threads
from verger.spark.job.folder import REDUCTION_RECORD, RUN_RECORD
from verger.spark.job.lease import Lease, utc_text
from verger.spark.job.listing import ImageShard
from verger.spark.job.manifest import Shard, inputs_sha256
from verger.spark.job.opened import Opened, open_run
from verger.spark.job.places import open_store
from verger.spark.job.reduce import save_model
from verger.spark.job.rewrite import Rewriting, update_shard
from verger.spark.job.update_check import (
    check_options,
    check_same_recipe,
    find_output,
    with_recorded,
)

if TYPE_CHECKING:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession


class UpdateJob(Driver):
    """An update."""

    again = "run 'verger update' again"

    def __init__(
        self,
        spark: SparkSession,
        opened: Opened,
        console: Console,
        lease: Lease,
        compared: Comparison,
    ) -> None:
        """Take what the comparison of INPUT with OUTPUT gave, besides."""
        super().__init__(spark, opened, console, lease)
        self._compared = compared
        self._writing = replace(self._writing, mark=self._writing.uuid)
        self._replaces = False  # after fit(): the model differs from the one that is there
        # Which rows an interrupted update had changed already is not known.
        self._features_changed = not compared.found.finished
        self.record.command = "update"
        self.record.seconds = dict(compared.seconds)
        self._update = compared.to_json()
        self.record.update = self._update
        self.record.shards = compared.shards()

    def _check_output(self) -> None:
        store = self._opened.output.store
        if store.read(RUN_RECORD) != self._compared.found.run_json:
            raise OSError(
                f"Another run has written the output {store.display_path()} meanwhile; run "
                "'verger update' again."
            )

    def begin(self) -> None:
        """From here on the output is being written."""
        super().begin()
        # Shards get other parts from here on: which ones the projections are of must be known.
        self._write_record(REDUCTION_RECORD, self._compared.reduction.to_json())

    def extract(self) -> None:
        """Take unchanged shards over, write others anew, and give new images their own."""
        compared, plan = self._compared, self._compared.plan
        self._manifests = {manifest.shard.number: manifest for manifest in plan.kept}
        emptied = (manifest.counts.features for manifest in plan.emptied)
        self._features_changed |= any(emptied)
        results = self._do_shards(self._items(), len(plan.anew), update_shard)
        self._features_changed |= any(result["features_changed"] for result in results)
        tree = _verger.MomentsTree(self._width, len(compared.numbers))
        self._close_extraction(tree, self._manifests)
        if self._opened.options["precision"] == "f32":
            return
        self.record.precision_check = compared.found.record["precision_check"]
        if plan.anew:
            self._check_precision([self._opened.images[image] for image in plan.anew])

    def _items(self) -> list[ImageShard | Rewriting]:
        opened, compared = self._opened, self._compared
        items: list[ImageShard | Rewriting] = [
            Rewriting(shard.manifest, shard.fates, [opened.images[i] for i in shard.images])
            for shard in compared.plan.rewritten
        ]
        offset = max(manifest.shard.end for manifest in compared.found.manifests)
        for number, begin, end in compared.new_shards:
            own = [opened.images[i] for i in compared.plan.images_added[begin:end]]
            digest, recipe = inputs_sha256(own), opened.network.options_sha256
            items.append(
                ImageShard(Shard(number, offset + begin, offset + end, digest, recipe), own)
            )
        return items

    def fit(self) -> None:
        """Moments → PCA model, when it is due; else the old one stays. How far that has drifted."""
        moments = self._moments.finish()
        refit, old = self._update["refit"], self._compared.model
        refitted = refit == "always" or (refit == "auto" and self._features_changed)
        self._update["refitted"] = refitted
        if refitted:
            self._model = self._solve(moments)
            self._replaces = old is None or self._model.to_files() != old.to_files()
            self.record.stage_done("fit")
        elif old is None:
            place = self._opened.output.store.display_path()
            raise _verger.ModelError(
                f"The model in {place} was left incomplete by an interrupted update; run "
                "'verger update' with --refit auto."
            )
        self._measure(moments)
        if not self._replaces:
            self._model = old
            # Projections by another model than the one that is there go with it.
            self._replaces = not self._compared.projections_stand

    def _measure(self, moments: _verger.Moments) -> None:
        """Tell how far the old model has drifted.

        Once an interrupted update had replaced it, that is what that update wrote down of it.
        """
        compared, old = self._compared, self._compared.model
        replaced = old is None or not compared.projections_stand or not self._replaces
        if compared.found.drift and replaced:
            return
        self._update["drift"] = None
        if old is None or moments.count < 2:
            return
        after = None
        if self._update["refitted"]:
            after = self._model if self._replaces else old
        self._update["drift"] = _verger.measure_drift(old, moments, after)
        self._write_record(RUN_RECORD, self.record.to_json())

    def project(self) -> None:
        """Project features that no standing projection of this model is of."""
        assert self._model is not None
        before = self._compared.reduction
        parts = {} if self._replaces else dict(zip(before.features, before.parts, strict=True))
        due = [(number, name) for number, name in self._features() if name not in parts]
        if due:
            made = self._project(due, self._model)
            parts |= {name: part for (_, name), part in zip(due, made, strict=True)}
        self._reduction.features = [name for _, name in self._features()]
        self._reduction.parts = [parts[name] for name in self._reduction.features]
        self._written.update(part.name for part in self._reduction.parts)
        self.record.stage_done("project")

    def save_model(self) -> None:
        """PCA model → model files, when it is another; and the record of the reduction."""
        assert self._model is not None
        self._reduction.model = self._compared.reduction.model
        if self._replaces:
            self._reduction.model = save_model(self._writing, self._model)
        self._write_reduction(self._model)

    def finish(self) -> dict[str, Any]:
        """Take away the manifests of shards without images, then as a run."""
        # Before their files, without which they would be those of a damaged output.
        for manifest in self._compared.plan.emptied:
            self._lease.check()
            self._writing.output.remove(manifest.shard.name)
        return super().finish()


def _unchanged(compared: Comparison, started: str, context: SparkContext) -> dict[str, Any]:
    """Return the record of an output that is left as it is."""
    record = compared.found.record | {
        "verger_version": _verger.__version__,
        "command": "update",
        "state": "unchanged",
        "started": started,
        "shards": compared.shards(),
        "seconds": compared.seconds,
        "cpu_seconds": {"extract": 0.0, "read": 0.0},
        "spark": spark_of(context),
        "update": compared.to_json(),
    }
    record.pop("pipeline", None)
    return record


def update_job(
    spark: SparkSession,
    places: tuple[str, str],
    given: dict[str, Any],
    refit: str,
    console: Console,
) -> dict[str, Any]:
    """Bring an output up to date; return the document of _verger/run.json.

    `places`: INPUT and OUTPUT. `given`: options of a run; those that are not given are as they were
    when the output was made.
    """
    started, begin = utc_text(time.time()), time.monotonic()
    options = check_options(given, refit)
    options = with_recorded(given, open_store(places[1], options)) | {"resume": True}
    opened = open_run(*places, with_threads(options, spark), console)
    listed = time.monotonic()
    found = find_output(opened.output)
    check_same_recipe(found, opened.output, opened.options, opened.network)
    compared = compare(opened, found, refit)
    compared.seconds = {"list": listed - begin, "compare": time.monotonic() - listed}
    if compared.up_to_date:
        return _unchanged(compared, started, spark.sparkContext)
    with Lease.acquire(opened.output.store, "update", None) as lease:
        return UpdateJob(spark, opened, console, lease, compared).go()
