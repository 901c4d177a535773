# SPDX-License-Identifier: Apache-2.0
"""Photographs -> features -> principal components in Spark, in the manner of `pyspark.ml`.

    from pyspark.ml import Pipeline
    from verger.spark import ImageFeaturizer, VariancePCA

    images = spark.read.format("binaryFile").load("s3a://bucket/photographs")
    pipeline = Pipeline(stages=[ImageFeaturizer(), VariancePCA(inputCol="features")])
    pipeline.fit(images).transform(images).select("path", "pca")

`run` is the whole chain as one job, with the tables of the program; `extract`, `reduce`, `apply`,
`update` and `inspect` are its other commands.

Needs pyspark 3.5 or newer; the jobs need the program where the executors run, and the stages
pyarrow and the whole of `verger` (`verger[spark]`). Spark Connect is not served: the network is
broadcast, for which there must be a SparkContext.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verger.spark.image_featurizer import ImageFeaturizer
    from verger.spark.job import apply, extract, inspect, reduce, run, update
    from verger.spark.variance_pca import VariancePCA
    from verger.spark.variance_pca_model import VariancePCAModel

__all__ = [
    "ImageFeaturizer",
    "VariancePCA",
    "VariancePCAModel",
    "apply",
    "extract",
    "inspect",
    "reduce",
    "run",
    "update",
]

_MODULES = {
    "ImageFeaturizer": "image_featurizer",
    "VariancePCA": "variance_pca",
    "VariancePCAModel": "variance_pca_model",
}


def __getattr__(name: str) -> object:
    """Load what is asked for: executors need none of pyspark.ml."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(f"{__name__}.{_MODULES.get(name, 'job')}")
    except ModuleNotFoundError as error:
        if error.name not in ("pyspark", "pyarrow"):
            raise
        java = ", and Java, on which Spark runs" if error.name == "pyspark" else ""
        raise ModuleNotFoundError(
            f"verger.spark needs {error.name}: pip install 'verger[spark]'{java}.", name=error.name
        ) from error
    return getattr(module, name)
