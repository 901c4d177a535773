"""The output folder: what is where in it, and in which order it becomes visible."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from verger.spark.job.manifest import INPUTS_FOLDER, MOMENTS_FOLDER, SHARDS_FOLDER
from verger.spark.job.store import Store, below

SUCCESS = "_SUCCESS"
RUN_RECORD = "_verger/run.json"
REDUCTION_RECORD = "_verger/reduction.json"
LEASES_FOLDER = "_verger/leases"


@dataclass(frozen=True)
class TableFolders:
    """Folders below the output; "" is the output itself."""

    features: str
    pca: str
    rejected: str
    model: str


def table_folders(layout: str) -> TableFolders:
    """Return where the tables of a layout are."""
    if layout == "notebook":
        return TableFolders("", "pca_results", "_verger/rejected", "_verger/model")
    return TableFolders("features", "pca", "rejected", "model")


class OutputFolder:
    """The output of a run, of features and of their reduction."""

    def __init__(self, store: Store, layout: str) -> None:
        """Look at `store`; nothing is read or written yet."""
        self.store = store
        self.layout = layout
        self.folders = table_folders(layout)

    def check_free(self, *, overwrite: bool, resume: bool) -> None:
        """Raise OSError for what is there and may be neither replaced nor gone on with."""
        files = [
            file.name
            for file in self.store.files("", recursive=True)
            if not file.name.startswith(LEASES_FOLDER)
        ]
        if not files:
            return
        run = self.store.exists(RUN_RECORD)
        if overwrite or (resume and run):
            self._check_same_layout()
            return
        place = f"The output {self.store.display_path()}"
        if resume:
            raise OSError(
                f"{place} holds files ({files[0]}) but no run of verger to resume; "
                "choose another folder."
            )
        if run and not self.store.exists(SUCCESS):
            raise OSError(
                f"{place} holds an unfinished run; go on with it by --resume, or replace it with "
                "--overwrite."
            )
        raise OSError(
            f"{place} already holds files ({files[0]}); choose another folder, or replace its "
            "tables with --overwrite."
        )

    def _check_same_layout(self) -> None:
        """The tables of another layout lie elsewhere: they would stay beside the new ones."""
        try:
            record: dict[str, Any] = json.loads(self.store.read(RUN_RECORD))
            there = record["options"]["layout"]
        except (OSError, ValueError, KeyError, TypeError):
            return
        if there != self.layout:
            raise OSError(
                f"The output {self.store.display_path()} holds tables of --layout {there}; "
                "give that layout, or choose another folder."
            )

    def _owned(self) -> list[str]:
        of = self.folders
        tables = (of.features, of.pca, of.rejected, of.model)
        return sorted({*tables, SHARDS_FOLDER, MOMENTS_FOLDER, INPUTS_FOLDER})

    def begin(self) -> None:
        """Take down the _SUCCESS marks, the output's own first."""
        for folder in ("", *self._owned()):
            self.store.remove(below(folder, SUCCESS))

    def sweep(self) -> None:
        """Remove what writers that ended left half-written; for whoever knows that none writes."""
        for folder in self._owned():
            self.store.remove_temporaries(folder)

    def finish(self, written: set[str]) -> None:
        """Remove what is not of this run, then set the _SUCCESS marks, the output's own last."""
        self.sweep()
        for folder in self._owned():
            self._remove_stale(folder, written)
        for folder in (self.folders.pca, self.folders.features, ""):
            self.store.write(below(folder, SUCCESS), b"")

    def _remove_stale(self, folder: str, written: set[str]) -> None:
        # Only verger puts files into model/ and _verger/; a table's folder may hold others.
        own = folder == self.folders.model or folder.startswith("_verger/")
        for file in self.store.files(folder):
            ours = _is_part(file.name) or (own and _is_record(file.name))
            if ours and file.name not in written:
                self.store.remove(file.name)


def _is_part(name: str) -> bool:
    base = name.rpartition("/")[2]
    return base.startswith("part-") and base.endswith(".parquet")


def _is_record(name: str) -> bool:
    return name.endswith((".npy", ".json", ".moments", ".parquet"))
