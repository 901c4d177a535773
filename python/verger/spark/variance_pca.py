# SPDX-License-Identifier: Apache-2.0
"""Standardisation and principal components, with k chosen by variance, for pyspark.ml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pyspark import keyword_only
from pyspark.ml import Estimator
from pyspark.ml.param import Param
from pyspark.ml.param.shared import HasInputCol, HasOutputCol
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable
from pyspark.sql import functions as F
from pyspark.sql.types import IntegralType

from verger import _verger
from verger.spark._columns import FEATURES, as_float_rows, input_field, is_features
from verger.spark._moments import moments_of
from verger.spark._params import HasInvalidAndOutput, bool_param, float_param, int_param, text_param
from verger.spark.variance_pca_model import VariancePCAModel

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import DataType, StructField

# How many shards an orderCol makes: fixed, since the last bits depend on it.
_SHARDS = 24


class VariancePCA(
    Estimator[VariancePCAModel],
    HasInputCol,
    HasOutputCol,
    HasInvalidAndOutput,
    DefaultParamsReadable["VariancePCA"],
    DefaultParamsWritable,
):
    """Standardise the features, and keep the fewest components that have a share of the variance.

    What Spark's StandardScaler(withMean=True) and PCA do in two fits, with k chosen by variance and
    without a bound on it, in one pass over the rows: `verger.VariancePCA` on a DataFrame. Rows are
    taken as float32, which features are; everything from there on is float64.

    The rows are reduced to their moments (count, mean, centred second moment: width**2 / 2 doubles)
    a shard, which a fixed tree merges, the lower levels on the executors; the driver solves the
    whole spectrum. The DataFrame is computed once by a fit.

    **Which bits are promised.** By default a partition is a shard: the results are the same bits
    whenever the partitions hold the same rows in the same order, for any number of executors and
    any order of completion. Other partitions change the last bits (about 1e-14 of a component).
    With `orderCol`, rows are sent to one of 24 shards by the hash of their key, and sorted by it:
    the results are then a function of the set of rows alone, whatever their order, the partitions
    and the cluster, for the price of one shuffle of the features. With `shardCol` as well, rows are
    sent to the shard given: with the shards of ``verger run`` (its part files) and
    orderCol="path", the results have the bits of ``verger run``.

    Args:
        inputCol: array<float>, array<double> or Spark ML's vectors.
        outputCol: The column of principal components.
        variance: The share of the variance to keep, in (0, 1].
        k: Keep so many components, at most the rank, whatever `variance` says.
        standardize: Divide each feature by its sample deviation (n - 1), as Spark does; a constant
            feature becomes 0. False: features are only centred.
        handleInvalid: What to do about a row that is null or holds a null or a value that is not
            finite: "error" fails; "skip" leaves it out, of the fit and of what `transform` gives;
            "keep" leaves it out of the fit and gives null.
        outputType: "vector" gives Spark ML's vectors; "array" array<double>.
        orderCol: A column to order the rows by, such as their path; best one of unique values.
            Equal ones are ordered by their features.
        shardCol: A column of whole numbers: the shard of each row.

    `fit` raises, before any task starts, ValueError for an absent column and params out of range,
    and TypeError for a column of another type; afterwards ValueError for fewer than 2 rows, rows
    that are all the same, and a `k` beyond the rank.
    """

    __module__ = "verger.spark"  # what a saved pipeline calls it

    variance: Param[float] = float_param("variance", "the share of the variance to keep, (0, 1].")
    k: Param[int] = int_param("k", "keep so many components, whatever variance says.")
    standardize: Param[bool] = bool_param(
        "standardize", "divide each feature by its sample deviation; else it is only centred."
    )
    orderCol: Param[str] = text_param(
        "orderCol", "a column to order the rows by, so that partitions do not matter to the bits."
    )
    shardCol: Param[str] = text_param("shardCol", "a column of whole numbers: each row's shard.")

    _input_kwargs: dict[str, Any]

    @keyword_only
    def __init__(  # noqa: PLR0913
        self,
        *,
        variance: float = 0.95,
        k: int | None = None,
        inputCol: str = "features",
        outputCol: str = "pca",
        standardize: bool = True,
        handleInvalid: str = "error",
        outputType: str = "vector",
        orderCol: str | None = None,
        shardCol: str | None = None,
    ) -> None:
        """Keep the params; `fit` checks them."""
        super().__init__()
        self._setDefault(
            variance=0.95,
            inputCol="features",
            outputCol="pca",
            standardize=True,
            handleInvalid="error",
            outputType="vector",
        )
        self._given(self._input_kwargs)

    @keyword_only
    def setParams(  # noqa: PLR0913
        self,
        *,
        variance: float | None = None,
        k: int | None = None,
        inputCol: str | None = None,
        outputCol: str | None = None,
        standardize: bool | None = None,
        handleInvalid: str | None = None,
        outputType: str | None = None,
        orderCol: str | None = None,
        shardCol: str | None = None,
    ) -> Self:
        """Set params by keyword."""
        return self._given(self._input_kwargs)

    def setVariance(self, value: float) -> Self:
        """Set the share of the variance to keep."""
        return self._given({"variance": value})

    def getVariance(self) -> float:
        """Get the share of the variance to keep."""
        return float(self.getOrDefault(self.variance))

    def setK(self, value: int) -> Self:
        """Set the number of components to keep."""
        return self._given({"k": value})

    def getK(self) -> int | None:
        """Get the number of components to keep, None where the variance decides."""
        value: int | None = self._value(self.k)
        return value

    def setStandardize(self, value: bool) -> Self:
        """Set whether features are divided by their deviation."""
        return self._given({"standardize": value})

    def getStandardize(self) -> bool:
        """Get whether features are divided by their deviation."""
        return bool(self.getOrDefault(self.standardize))

    def setOrderCol(self, value: str) -> Self:
        """Set the column to order the rows by."""
        return self._given({"orderCol": value})

    def getOrderCol(self) -> str | None:
        """Get the column to order the rows by, if any."""
        value: str | None = self._value(self.orderCol)
        return value

    def setShardCol(self, value: str) -> Self:
        """Set the column of the rows' shards."""
        return self._given({"shardCol": value})

    def getShardCol(self) -> str | None:
        """Get the column of the rows' shards, if any."""
        value: str | None = self._value(self.shardCol)
        return value

    def _fit(self, dataset: DataFrame) -> VariancePCAModel:
        column = self.getInputCol()
        field = input_field(dataset, self, column, is_features, FEATURES)
        variance, k = self.getVariance(), self.getK()
        if not 0 < variance <= 1:
            raise ValueError(f"variance must be above 0 and at most 1, not {variance}.")
        if k is not None and k < 1:
            raise ValueError(f"k must be at least 1, not {k}.")
        rows, sharded = self._rows(dataset, field)
        moments = moments_of(rows, sharded, self.getHandleInvalid() != "error")
        count = 0 if moments is None else moments.count
        if moments is None or count < 2:
            raise ValueError(f"PCA needs at least 2 rows; the column '{column}' has {count:,}.")
        solved = _verger.solve_pca(
            moments,
            variance=variance,
            components=k or 0,
            standardize=self.getStandardize(),
            provenance=_provenance(field),
        )
        return self._copyValues(VariancePCAModel(solved)._resetUid(self.uid))

    def _rows(self, dataset: DataFrame, field: StructField) -> tuple[DataFrame, bool]:
        """Return the rows' features, sharded where there are columns for it, and whether so."""
        order, shard = self.getOrderCol(), self.getShardCol()
        features = as_float_rows(field).alias("features")
        if order is None and shard is None:
            return dataset.select(features), False
        key = number = F.lit(0)
        if order is not None:
            input_field(dataset, self, order, lambda kind: True, "any column")
            key = F.col(f"`{order}`")
            number = F.pmod(F.xxhash64(key), F.lit(_SHARDS))
        if shard is not None:
            input_field(dataset, self, shard, _is_whole, "whole numbers as shardCol")
            number = F.col(f"`{shard}`")
        keyed = dataset.select(features, number.cast("bigint").alias("shard"), key.alias("key"))
        return _gathered(keyed, None if shard is not None else _SHARDS), True


def _gathered(keyed: DataFrame, shards: int | None) -> DataFrame:
    """Return features and shard, a shard's rows together and in order. None: as many as there are.

    Which partition a shard lands in, or with which others, makes no difference to the bits. Their
    number is given, since adaptive execution would put small ones together into a single task,
    which then returned the moments of all shards.
    """
    usual = keyed.sparkSession.conf.get("spark.sql.shuffle.partitions")
    gathered = keyed.repartition(shards or int(usual or _SHARDS), "shard")
    return gathered.sortWithinPartitions("shard", "key", "features").select("features", "shard")


def _is_whole(kind: DataType) -> bool:
    return isinstance(kind, IntegralType)


def _provenance(field: StructField) -> dict[str, Any]:
    """Return what made the features, as ImageFeaturizer notes it in the column's metadata."""
    told = (field.metadata or {}).get("verger", {})
    return {**told, "verger_version": _verger.__version__} if told else {}
