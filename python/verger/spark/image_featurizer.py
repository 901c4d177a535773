# SPDX-License-Identifier: Apache-2.0
"""Images -> features, as a Transformer of pyspark.ml."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Self

from pyspark import keyword_only
from pyspark.ml import Transformer
from pyspark.ml.param import Param
from pyspark.ml.param.shared import HasInputCol, HasOutputCol
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable
from pyspark.sql.types import BinaryType, FloatType, StringType, StructField, StructType

from verger._places import Storage
from verger.spark._columns import features_field, input_field, map_adding
from verger.spark._featurize import Task
from verger.spark._network import Network, network_of
from verger.spark._params import HasInvalidAndOutput, HasNetwork, HasStorage, text_param

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import DataType

_ERROR = StructType([StructField("reason", StringType()), StructField("message", StringType())])


class ImageFeaturizer(
    Transformer,
    HasInputCol,
    HasOutputCol,
    HasInvalidAndOutput,
    HasNetwork,
    HasStorage,
    DefaultParamsReadable["ImageFeaturizer"],
    DefaultParamsWritable,
):
    """MobileNetV2 features of images, or those of any ONNX model from an image to a vector.

    The input is a binary column, the bytes of JPEG or PNG files, such as Spark's binaryFile source
    gives; or a string column of paths (local, ``file:``, ``s3://``, ``s3a://``, spelled as Spark
    prints them), which the tasks read themselves, many at once. The features are those of
    `verger.Featurizer`, to the bit, whatever the partitions are.

    The driver reads the weights, checks them and broadcasts them; each Python worker builds the
    network once and keeps it between tasks. A task works on as many images at once as it has cores
    (``spark.task.cpus``). All other columns are passed on.

    Nothing is cached: features that are used twice, such as by a `fit` and a `transform`, are
    computed twice unless the DataFrame is persisted between.

    Spark 3.5 hands a task up to ``spark.sql.execution.arrow.maxRecordsPerBatch`` (10,000) rows at a
    time however large they are: with a column of large images, set it to some hundred.

    Args:
        inputCol: A column of binary (images) or string (paths).
        outputCol: The column of features: null where an image is invalid and kept.
        errorCol: A column to add, struct<reason: string, message: string>: null where there are
            features. It needs handleInvalid="keep", which is then the default.
        handleInvalid: What to do about an image that cannot be read, a null included: "error"
            fails, naming it; "skip" leaves the row out; "keep" gives null features.
        outputType: "array" gives array<float>; "vector" Spark ML's vectors, of double.
        weights: Keras' MobileNetV2 weights (HDF5): a path of the driver or a URI; or
            ``"untrained:SEED"``, for demonstrations and tests. Unset: $VERGER_WEIGHTS, Keras'
            cache, else a download of the official file into that cache.
        model: An ONNX model in place of MobileNetV2.
        precision: "f32", or "f32x3" or "bf16" where the executors' processors have it.
        max_pixels: An image of more pixels is invalid.
        exif_orientation: Turn images upright as their EXIF tag says (Keras does not).
        fast_decode: Inexact: decode large JPEGs at a fraction of their size.
        s3_endpoint, s3_region, s3_addressing, s3_anonymous, reads_in_flight, retries: How paths are
            read; as the command line's options. Credentials are the executors' own, by AWS' default
            chain.

    `transform` raises, before any task starts, ValueError for an absent column, an output that
    exists, or params out of range; TypeError for a column of another type; and verger.ModelError
    for weights that are absent or unusable.
    """

    __module__ = "verger.spark"  # what a saved pipeline calls it

    errorCol: Param[str] = text_param(
        "errorCol", "a column to add: struct<reason, message>, null where there are features."
    )

    _input_kwargs: dict[str, Any]

    @keyword_only
    def __init__(  # noqa: PLR0913
        self,
        *,
        inputCol: str = "content",
        outputCol: str = "features",
        errorCol: str | None = None,
        handleInvalid: str | None = None,
        outputType: str = "array",
        weights: str | os.PathLike[str] | None = None,
        model: str | os.PathLike[str] | None = None,
        precision: str = "f32",
        max_pixels: int = 178_956_970,
        exif_orientation: bool = False,
        fast_decode: bool = False,
        s3_endpoint: str | None = None,
        s3_region: str | None = None,
        s3_addressing: str | None = None,
        s3_anonymous: bool | None = None,
        reads_in_flight: int | None = None,
        retries: int | None = None,
    ) -> None:
        """Keep the params; nothing is loaded."""
        super().__init__()
        self._setDefault(
            inputCol="content",
            outputCol="features",
            outputType="array",
            precision="f32",
            max_pixels=178_956_970,
            exif_orientation=False,
            fast_decode=False,
        )
        self._given(self._input_kwargs)

    @keyword_only
    def setParams(  # noqa: PLR0913
        self,
        *,
        inputCol: str | None = None,
        outputCol: str | None = None,
        errorCol: str | None = None,
        handleInvalid: str | None = None,
        outputType: str | None = None,
        weights: str | os.PathLike[str] | None = None,
        model: str | os.PathLike[str] | None = None,
        precision: str | None = None,
        max_pixels: int | None = None,
        exif_orientation: bool | None = None,
        fast_decode: bool | None = None,
        s3_endpoint: str | None = None,
        s3_region: str | None = None,
        s3_addressing: str | None = None,
        s3_anonymous: bool | None = None,
        reads_in_flight: int | None = None,
        retries: int | None = None,
    ) -> Self:
        """Set params by keyword."""
        return self._given(self._input_kwargs)

    def setErrorCol(self, value: str) -> Self:
        """Set the name of the column of errors."""
        return self._given({"errorCol": value})

    def getErrorCol(self) -> str | None:
        """Get the name of the column of errors, None where there is none."""
        value: str | None = self._value(self.errorCol)
        return value

    def getHandleInvalid(self) -> str:
        """Get what is done about an invalid image; unset: 'keep' with an errorCol, else 'error'."""
        if self.isDefined(self.handleInvalid):
            return super().getHandleInvalid()
        return "error" if self.getErrorCol() is None else "keep"

    def _transform(self, dataset: DataFrame) -> DataFrame:
        what = "binary (images) or string (paths)"
        field = input_field(dataset, self, self.getInputCol(), _is_images, what)
        if self.getErrorCol() is not None and self.getHandleInvalid() != "keep":
            raise ValueError("errorCol needs handleInvalid='keep': other rows have no error.")
        storage = Storage.of(self.getStorage())
        network = network_of(self, storage, dataset.sparkSession.sparkContext)
        task = self._task(dataset, field, network)
        return map_adding(dataset, task.run, self._added(network))

    def _task(self, dataset: DataFrame, field: StructField, network: Network) -> Task:
        paths = isinstance(field.dataType, StringType)
        column = dataset.columns.index(field.name)
        names = [f.name for f in dataset.schema.fields if isinstance(f.dataType, StringType)]
        named_by = field.name if paths else "path"
        return Task(
            network=network,
            column=column,
            paths=paths,
            names=dataset.columns.index(named_by) if named_by in names else None,
            output=self.getOutputCol(),
            vectors=self.getOutputType() == "vector",
            error=self.getErrorCol(),
            invalid=self.getHandleInvalid(),
            storage=self.getStorage(),
        )

    def _added(self, network: Network) -> list[StructField]:
        info: dict[str, Any] = {"verger": network.info}
        width = network.width
        name, kind = self.getOutputCol(), self.getOutputType()
        added = [features_field(name, kind, FloatType(), width, info)]
        if (error := self.getErrorCol()) is not None:
            added.append(StructField(error, _ERROR))
        return added


def _is_images(kind: DataType) -> bool:
    return isinstance(kind, BinaryType | StringType)
