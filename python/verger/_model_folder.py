# SPDX-License-Identifier: Apache-2.0
"""A saved model as a folder: docs/formats.md, section Model."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from verger._errors import ModelError
from verger._verger import PcaModel

# Below what is named: the folder itself, or a place in the output of a run, in either layout.
PLACES = ("", "model", "_verger/model")
SEAL = "model.json"  # written last: without it there is no model
SUFFIXES = (".npy", ".json")  # what the names of a model's files end with


def read_model(path: Path) -> PcaModel:
    """Read the first model found. ModelError when there is none or it is damaged."""
    for place in PLACES:
        folder = path / place
        if not (folder / SEAL).is_file():
            continue
        files = [file for file in folder.iterdir() if file.suffix in SUFFIXES]
        try:
            return PcaModel.from_files({file.name: file.read_bytes() for file in files})
        except ModelError as error:
            raise ModelError(f"The model {folder} is unusable: {error}") from error
    raise ModelError(
        f"No model in {path}: expected a folder with model.json, as 'verger run' leaves in "
        "OUTPUT/model, or VariancePCA.save()."
    )


def write_model(folder: Path, files: dict[str, bytes]) -> None:
    """Write the files in their order, each whole or not at all, the last one as the seal.

    An old model.json goes first: between the arrays of two models there is none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SEAL).unlink(missing_ok=True)
    for name, data in files.items():
        descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".verger-tmp-", suffix=name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(folder / name)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
