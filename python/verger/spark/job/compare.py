"""INPUT against OUTPUT: what an update is to do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from verger._model_folder import SEAL, SUFFIXES
from verger._verger import ModelError, PcaModel, plan_shards
from verger.spark.job.folder import REDUCTION_RECORD, OutputFolder
from verger.spark.job.opened import Opened
from verger.spark.job.record import ReductionRecord
from verger.spark.job.store import below
from verger.spark.job.stored import parsed, read_document
from verger.spark.job.update_check import FoundOutput
from verger.spark.job.update_plan import UpdatePlan, plan_update


@dataclass
class Comparison:
    """What an update found, and what it is to do."""

    refit: str
    found: FoundOutput
    plan: UpdatePlan
    reduction: ReductionRecord  # of the output, its `features` filled
    model: PcaModel | None  # None when an interrupted update left none that is whole
    projections_stand: bool  # those of `reduction` are by `model`
    seconds: dict[str, float] = field(default_factory=dict)  # it took, by stage

    @property
    def up_to_date(self) -> bool:
        """Is the output whole, and of just these images?"""
        return self.found.finished and self.plan.nothing and self.refit != "always"

    @property
    def new_shards(self) -> list[tuple[int, int, int]]:
        """Number, begin and end among the new images; about as large as the old shards."""
        added = len(self.plan.images_added)
        if added == 0:
            return []
        manifests = self.found.manifests
        listed = max(sum(m.shard.end - m.shard.begin for m in manifests), 1)
        parts = min((added * len(manifests) + listed - 1) // listed, added)
        first = self.plan.next_number
        return [(first + number, begin, end) for number, begin, end in plan_shards(added, parts)]

    @property
    def numbers(self) -> list[int]:
        """Of the shards of the result, ascending."""
        kept = [manifest.shard.number for manifest in self.plan.kept]
        rewritten = [shard.manifest.shard.number for shard in self.plan.rewritten]
        return sorted(kept + rewritten) + [number for number, _, _ in self.new_shards]

    def to_json(self) -> dict[str, Any]:
        """Return what run.json tells of the update; `refitted` and `drift` follow from the fit."""
        plan = self.plan
        return {
            "refit": self.refit,
            "kept": plan.kept_count,
            "added": len(plan.images_added),
            "changed": len(plan.images_changed),
            "removed": plan.removed_count,
            "inferred": len(plan.anew),
            "shards": {
                "kept": len(plan.kept),
                "rewritten": len(plan.rewritten),
                "added": len(self.new_shards),
                "removed": len(plan.emptied),
            },
            "refitted": False,
            "drift": self.found.drift,
        }

    def shards(self) -> dict[str, int]:
        """Return what run.json tells of the shards."""
        plan = self.plan
        return {
            "total": len(self.numbers),
            "resumed": len(plan.kept),
            "resumed_images": plan.kept_count,
        }


def compare(opened: Opened, found: FoundOutput, refit: str) -> Comparison:
    """Compare the listing with the output; write nothing.

    OSError when what the output holds is damaged, ModelError when its model is.
    """
    store = opened.output.store
    document = read_document(store, REDUCTION_RECORD)
    reduction = parsed(store, REDUCTION_RECORD, "verger-reduction", document, ReductionRecord.parse)
    reduction.features = reduction.features or [m.features.name for m in found.manifests]
    model = _load_model(opened.output, found)
    plan = plan_update(store, opened.input, opened.images, found.manifests)
    return Comparison(refit, found, plan, reduction, model, _stand(reduction, model))


def _stand(reduction: ReductionRecord, model: PcaModel | None) -> bool:
    """Are the projections by the model? Not where an interrupted update had begun to replace it."""
    if model is None or len(reduction.features) != len(reduction.parts):
        return False
    recorded = {file.sha256 for file in reduction.model}
    files = model.to_files().values()
    return all(hashlib.sha256(data).hexdigest() in recorded for data in files)


def _load_model(output: OutputFolder, found: FoundOutput) -> PcaModel | None:
    """Return the model that the output holds; None when an interrupted update left none."""
    store, folder = output.store, output.folders.model
    try:
        if not store.exists(below(folder, SEAL)):
            raise ModelError(f"it has no {SEAL}.")
        names = [file.name for file in store.files(folder) if file.name.endswith(SUFFIXES)]
        return PcaModel.from_files({name.rpartition("/")[2]: store.read(name) for name in names})
    except ModelError as error:
        if not found.finished:
            return None
        raise ModelError(f"The model {store.display_path(folder)} is unusable: {error}") from error
