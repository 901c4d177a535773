# SPDX-License-Identifier: Apache-2.0
"""What is checked of a DataFrame before a task starts, and the columns that a stage adds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pyspark.ml.functions import vector_to_array
from pyspark.ml.linalg import VectorUDT
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, DoubleType, FloatType, StructField, StructType

if TYPE_CHECKING:
    from pyspark.sql import Column

# See is_features.
FEATURES = "array<float>, array<double> or vectors (VectorAssembler makes them of columns)"
MapFunction = Callable[[Iterator[Any]], Iterator[Any]]


def input_field(
    dataset: DataFrame, stage: object, column: str, fits: Callable[[DataType], bool], what: str
) -> StructField:
    """Return the input column's field. `what` names the types that fit.

    Raises ValueError when there is no such column, and TypeError when it does not fit or `dataset`
    is no DataFrame, or one of Spark Connect.
    """
    name = type(stage).__name__
    if type(dataset).__module__.startswith("pyspark.sql.connect"):
        raise TypeError(f"{name} needs a DataFrame of a SparkContext; Spark Connect has none.")
    if not isinstance(dataset, DataFrame):
        raise TypeError(
            f"{name} takes a DataFrame of Spark and not a {type(dataset).__name__}, of which "
            "spark.createDataFrame may make one."
        )
    fields = [field for field in dataset.schema.fields if field.name == column]
    if not fields:
        raise ValueError(
            f"{name} finds no column '{column}'; there are: {', '.join(dataset.columns)}."
        )
    if not fits(fields[0].dataType):
        kind = fields[0].dataType.simpleString()
        raise TypeError(f"{name} takes {what}; the column '{column}' is {kind}.")
    return fields[0]


def map_adding(
    dataset: DataFrame, function: MapFunction, added: list[StructField], dropped: str = ""
) -> DataFrame:
    """Return `dataset.mapInArrow(function)`, which adds columns and leaves out `dropped`.

    Raises ValueError for a column that is there already, and TypeError for one that Arrow does not
    carry.
    """
    fields = [field for field in dataset.schema.fields if field.name != dropped]
    names = [field.name for field in fields]
    for field in added:
        if field.name in names:
            raise ValueError(
                f"The column '{field.name}' exists already; name another output or drop it."
            )
        names.append(field.name)
    try:
        return dataset.mapInArrow(function, StructType([*fields, *added]))
    except NotImplementedError as error:
        strange = next(field for field in fields if not _is_carried(dataset, field))
        raise TypeError(
            f"The column '{strange.name}' of type {strange.dataType.simpleString()} cannot be "
            "carried by Arrow; drop or cast it before."
        ) from error


def is_features(kind: DataType) -> bool:
    """Tell whether a column is array<float>, array<double> or Spark ML's vectors."""
    if isinstance(kind, ArrayType):
        return isinstance(kind.elementType, FloatType | DoubleType)
    return isinstance(kind, VectorUDT)


def is_floats(kind: DataType) -> bool:
    """Tell whether a column is array<float>, which tasks take as it is."""
    return isinstance(kind, ArrayType) and isinstance(kind.elementType, FloatType)


def as_float_rows(field: StructField) -> Column:
    """Return a column that `is_features` as array<float>; null stays null."""
    column = F.col(f"`{field.name}`")
    if isinstance(field.dataType, VectorUDT):  # vector_to_array does not take a null
        return F.when(column.isNotNull(), vector_to_array(column, "float32"))
    return column.cast("array<float>")


def width_of(field: StructField) -> int | None:
    """Return the width that a column's metadata tells, if it does."""
    width: int | None = (field.metadata or {}).get("ml_attr", {}).get("num_attrs")
    return width


def features_field(
    name: str, output_type: str, element: DataType, width: int, metadata: dict[str, Any]
) -> StructField:
    """Return the field of an output column, whose metadata says its width as Spark ML's do."""
    kind = VectorUDT() if output_type == "vector" else ArrayType(element, containsNull=False)
    return StructField(name, kind, True, {"ml_attr": {"num_attrs": width}, **metadata})


def _is_carried(dataset: DataFrame, field: StructField) -> bool:
    try:
        dataset.select(f"`{field.name}`").mapInArrow(lambda batches: batches, StructType([field]))
    except NotImplementedError:
        return False
    return True
