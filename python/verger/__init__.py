# SPDX-License-Identifier: Apache-2.0
"""Photographs -> MobileNetV2 features -> principal components.

    import verger

    result = verger.run("Photographs", "Results", variance=0.95)   # the program, with progress
    frame = verger.read("Results")                                 # a DataFrame, one row an image
    answers = result.similar(["a.jpg"])                            # what a photograph shows

    features = verger.Featurizer().transform(["a.jpg", "b.jpg"])   # float32 [2, 1280]
    pca = verger.VariancePCA(variance=0.95).fit(features)

`run`, `extract`, `reduce`, `apply`, `update`, `inspect` and `duplicates` are the commands of the
program, and what they make is a `Result`. `Featurizer` and `VariancePCA` follow scikit-learn's
conventions, without needing it. Beneath them are the types of the native module, for those who
carry batches between processes: `Moments`, `merge_moments`, `solve_pca`, `PcaModel`, and
`FeatureBatch`, which is Arrow data.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verger._commands import apply, duplicates, extract, inspect, reduce, run, update
    from verger._errors import ModelError, NotFittedError
    from verger._featurizer import Featurizer
    from verger._read import read
    from verger._result import Counts, Inspection, Places, Result
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
    "Counts",
    "FeatureBatch",
    "FeatureStream",
    "Featurizer",
    "Inspection",
    "ModelError",
    "Moments",
    "NotFittedError",
    "PcaModel",
    "Places",
    "Result",
    "VariancePCA",
    "__version__",
    "apply",
    "duplicates",
    "extract",
    "fetch_weights",
    "find_weights",
    "inspect",
    "merge_moments",
    "read",
    "reduce",
    "run",
    "solve_pca",
    "update",
]

_MODULES = {
    "Featurizer": "_featurizer",
    "ModelError": "_errors",
    "NotFittedError": "_errors",
    "VariancePCA": "_variance_pca",
    "fetch_weights": "_weights",
    "find_weights": "_weights",
    "read": "_read",
    **dict.fromkeys(("Counts", "Inspection", "Places", "Result"), "_result"),
    **dict.fromkeys(
        ("apply", "duplicates", "extract", "inspect", "reduce", "run", "update"), "_commands"
    ),
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
