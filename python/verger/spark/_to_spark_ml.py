# SPDX-License-Identifier: Apache-2.0
"""VariancePCAModel -> Spark ML's own models."""

from __future__ import annotations

from typing import Any

from pyspark.ml import PipelineModel
from pyspark.ml.feature import PCAModel, StandardScalerModel
from pyspark.ml.util import Identifiable

_PACKAGE = "org.apache.spark.ml.feature"


def pipeline_of(model: Any) -> PipelineModel:
    """Return the pipeline of StandardScalerModel and PCAModel that does as a VariancePCAModel."""
    scaled = f"{model.getOutputCol()}_scaled"
    solved = model._solved()
    scaler = StandardScalerModel._create_from_java_class(
        f"{_PACKAGE}.StandardScalerModel", _uid("StandardScaler"), model.std, model.mean
    )
    scaler._set(inputCol=model.getInputCol(), outputCol=scaled)
    scaler._set(withMean=True, withStd=solved.standardize)
    pca = PCAModel._create_from_java_class(
        f"{_PACKAGE}.PCAModel", _uid("PCA"), model.pc, model.explainedVariance
    )
    pca._set(inputCol=scaled, outputCol=model.getOutputCol(), k=model.k)
    for stage in (scaler, pca):
        stage._transfer_params_to_java()
    return PipelineModel([scaler, pca])


def _uid(name: str) -> str:
    return f"{name}_{Identifiable().uid.rpartition('_')[2]}"
