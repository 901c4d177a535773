# SPDX-License-Identifier: Apache-2.0
"""The model of VariancePCA: features -> principal components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.ml import Model
from pyspark.ml.linalg import DenseMatrix, DenseVector
from pyspark.ml.param.shared import HasInputCol, HasOutputCol
from pyspark.ml.util import MLReadable, MLReader, MLWritable, MLWriter
from pyspark.sql.types import DoubleType

import verger
from verger import _verger
from verger.spark._columns import (
    FEATURES,
    as_float_rows,
    features_field,
    input_field,
    is_features,
    is_floats,
    map_adding,
    width_of,
)
from verger.spark._params import HasInvalidAndOutput
from verger.spark._project import Projection, broadcast_model
from verger.spark._saved_model import ModelReader, ModelWriter, model_of_run

if TYPE_CHECKING:
    from pyspark.ml import PipelineModel
    from pyspark.sql import DataFrame


class VariancePCAModel(
    Model,
    HasInputCol,
    HasOutputCol,
    HasInvalidAndOutput,
    MLReadable["VariancePCAModel"],
    MLWritable,
):
    """What `VariancePCA` fits.

    `transform` adds a row's principal components, whose bits depend on the row and the model alone.
    It takes columns as `VariancePCA` does, raises as it does, and passes on all other columns. The
    params are `VariancePCA`'s inputCol, outputCol, handleInvalid and outputType.
    """

    __module__ = "verger.spark"  # what a saved pipeline calls it

    def __init__(self, model: _verger.PcaModel | None = None) -> None:
        """Wrap a solved model. Called by `VariancePCA` and `load`."""
        super().__init__()
        self._setDefault(
            inputCol="features", outputCol="pca", handleInvalid="error", outputType="vector"
        )
        self._pca = model

    @property
    def k(self) -> int:
        """The number of components kept."""
        return self._solved().k

    @property
    def explainedVariance(self) -> DenseVector:
        """The share of the whole variance that each component has, [k]."""
        return DenseVector(self.toVerger().explained_variance_ratio_)

    @property
    def spectrum(self) -> DenseVector:
        """All eigenvalues, descending, [features]: the variance of every component there is."""
        return DenseVector(self.toVerger().spectrum_)

    @property
    def pc(self) -> DenseMatrix:
        """The principal components as columns, [features, k], of the standardised features.

        The loading of largest magnitude in each is positive.
        """
        components = self._solved().components
        return DenseMatrix(components.shape[1], components.shape[0], components.ravel())

    @property
    def mean(self) -> DenseVector:
        """The mean of each feature."""
        return DenseVector(self._solved().mean)

    @property
    def std(self) -> DenseVector:
        """The sample deviation (n - 1) of each feature; 1 throughout without standardize."""
        return DenseVector(self._solved().deviation)

    @property
    def numFeatures(self) -> int:
        """The number of features."""
        return self._solved().width

    @classmethod
    def fromRun(cls, output: str, **storage: Any) -> VariancePCAModel:
        """Return the model in the output of a run, of the program or of Spark, in either layout.

        Args:
            output: A path of the driver's machine, or s3://bucket/key.
            storage: s3_endpoint, s3_region, s3_addressing, s3_anonymous, retries.

        Raises ValueError for what is no place, OSError for one that cannot be read, and
        verger.ModelError where there is no model or a damaged one.
        """
        return cls(model_of_run(output, storage))

    def toVerger(self) -> verger.VariancePCA:
        """Return the fitted `verger.VariancePCA`, which saves in the form of ``verger run``."""
        return verger.VariancePCA._of(self._solved())

    def toSklearn(self) -> Any:
        """Return scikit-learn's fitted Pipeline of StandardScaler and PCA that does the same."""
        return self.toVerger().to_sklearn()

    def toSparkML(self) -> PipelineModel:
        """Return Spark's PipelineModel of StandardScalerModel and PCAModel that does the same.

        It is all Spark's own, for those who do not have verger. It takes Spark ML's vectors alone
        (`pyspark.ml.functions.array_to_vector` makes them of arrays).
        """
        from verger.spark._to_spark_ml import pipeline_of  # noqa: PLC0415 - needs a JVM

        return pipeline_of(self)

    def write(self) -> MLWriter:
        """Return a writer: metadata as all of Spark's models have, and docs/formats.md's model."""
        return ModelWriter(self, self._solved())

    @classmethod
    def read(cls) -> MLReader[VariancePCAModel]:
        """Return a reader. It raises verger.ModelError for a damaged model."""
        return ModelReader(cls)

    def _transform(self, dataset: DataFrame) -> DataFrame:
        field = input_field(dataset, self, self.getInputCol(), is_features, FEATURES)
        width = width_of(field)
        if width not in (None, self.numFeatures):
            raise ValueError(
                f"The column '{field.name}' has {width:,} features; the model is of "
                f"{self.numFeatures:,}."
            )
        rows, dropped = field.name, ""
        if not is_floats(field.dataType):
            rows = dropped = f"{self.uid}_rows"
            dataset = dataset.withColumn(rows, as_float_rows(field))
        name, kind = self.getOutputCol(), self.getOutputType()
        task = Projection(
            model=broadcast_model(dataset.sparkSession.sparkContext, self._solved()),
            column=dataset.columns.index(rows),
            dropped=bool(dropped),
            output=name,
            vectors=kind == "vector",
            invalid=self.getHandleInvalid(),
        )
        added = [features_field(name, kind, DoubleType(), self.k, {})]
        return map_adding(dataset, task.run, added, dropped)

    def _solved(self) -> _verger.PcaModel:
        if self._pca is None:
            raise ValueError("This VariancePCAModel is empty; get one by VariancePCA.fit or load.")
        return self._pca
