# SPDX-License-Identifier: Apache-2.0
"""VariancePCAModel on disk: Spark ML's metadata, and the files of docs/formats.md in a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pyarrow import fs
from pyspark.ml.param import Params
from pyspark.ml.util import DefaultParamsReader, DefaultParamsWriter, MLReader, MLWriter

from verger import _verger
from verger._errors import ModelError
from verger._model_folder import PLACES, SEAL, SUFFIXES
from verger._places import open_place
from verger._storage_errors import io_error

_SCHEMA = "name string, content binary"


class ModelWriter(MLWriter):
    """Writes below a path that Spark understands: `metadata/`, and `data/` of Parquet."""

    def __init__(self, instance: Params, model: _verger.PcaModel) -> None:
        """Write `model`, with the params of `instance`."""
        super().__init__()
        self.instance = instance
        self.model = model

    def saveImpl(self, path: str) -> None:
        """Write what is not there yet."""
        DefaultParamsWriter.saveMetadata(self.instance, path, self.sc)
        files = [(name, bytearray(data)) for name, data in self.model.to_files().items()]
        table = self.sparkSession.createDataFrame(files, _SCHEMA)
        table.coalesce(1).write.parquet(f"{path.rstrip('/')}/data")


class ModelReader(MLReader[Any]):
    """Reads what ModelWriter wrote."""

    def __init__(self, kind: Callable[[_verger.PcaModel], Any]) -> None:
        """Make stages by `kind`."""
        super().__init__()
        self.kind = kind

    def load(self, path: str) -> Any:
        """Return the model. verger.ModelError when a file is missing or damaged."""
        metadata = DefaultParamsReader.loadMetadata(path, self.sc)
        table = self.sparkSession.read.schema(_SCHEMA).parquet(f"{path.rstrip('/')}/data")
        files = {row[0]: bytes(row[1]) for row in table.collect()}
        try:
            model = self.kind(_verger.PcaModel.from_files(files))
        except ModelError as error:
            raise ModelError(f"The model {path} is unusable: {error}") from error
        model._resetUid(metadata["uid"])
        DefaultParamsReader.getAndSetParams(model, metadata)
        return model


def model_of_run(output: str, storage: Mapping[str, Any]) -> _verger.PcaModel:
    """Return the model in the output of a run. Raises as VariancePCAModel.fromRun()."""
    filesystem, root = open_place(output, storage)
    for place in PLACES:
        try:
            files = _files_of(filesystem, f"{root}/{place}".rstrip("/"))
        except OSError as error:
            raise io_error("read", output, error) from error
        if files:
            try:
                return _verger.PcaModel.from_files(files)
            except ModelError as error:
                raise ModelError(f"The model of {output} is unusable: {error}") from error
    raise ModelError(f"No model in {output}: it is not the output of a finished run.")


def _files_of(filesystem: fs.FileSystem, folder: str) -> dict[str, bytes]:
    """Read a model's files; none where the folder holds no model."""
    listed = filesystem.get_file_info(fs.FileSelector(folder, allow_not_found=True))
    paths = {info.base_name: info.path for info in listed if info.base_name.endswith(SUFFIXES)}
    files = {}
    for name in paths if SEAL in paths else ():
        with filesystem.open_input_file(paths[name]) as file:
            files[name] = file.read()
    return files
