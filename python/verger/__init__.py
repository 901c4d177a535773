# SPDX-License-Identifier: Apache-2.0
"""Photographs -> MobileNetV2 features -> principal components.

    import verger

    features = verger.Featurizer().transform(["a.jpg", "b.jpg"])   # float32 [2, 1280]
    pca = verger.VariancePCA(variance=0.95).fit(features)
    answers = verger.Result("Results").similar(["a.jpg"])          # what `verger run` left

`Featurizer` and `VariancePCA` follow scikit-learn's conventions, without needing it. Beneath them
are the types of the native module, for those who carry batches between processes: `Moments`,
`merge_moments`, `solve_pca`, `PcaModel`, and `FeatureBatch`, which is Arrow data.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verger._errors import ModelError, NotFittedError
    from verger._featurizer import Featurizer
    from verger._result import Result
    from verger._variance_pca import VariancePCA
    from verger._verger import (
        FeatureBatch,
        FeatureStream,
        Moments,
        PcaModel,
        __version__,
        merge_moments,
        solve_pca,
    )
    from verger._weights import fetch_weights, find_weights

__all__ = [
    "FeatureBatch",
    "FeatureStream",
    "Featurizer",
    "ModelError",
    "Moments",
    "NotFittedError",
    "PcaModel",
    "Result",
    "VariancePCA",
    "__version__",
    "fetch_weights",
    "find_weights",
    "merge_moments",
    "solve_pca",
]

_MODULES = {
    "Featurizer": "_featurizer",
    "ModelError": "_errors",
    "NotFittedError": "_errors",
    "Result": "_result",
    "VariancePCA": "_variance_pca",
    "fetch_weights": "_weights",
    "find_weights": "_weights",
}


def __getattr__(name: str) -> object:
    """Load what is asked for: verger.spark.job and verger.emr run without the native module."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value: object = getattr(import_module(f"verger.{_MODULES.get(name, '_verger')}"), name)
    except ModuleNotFoundError:
        if name != "__version__":
            raise
        value = version("verger")  # as installed where no native module is
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
