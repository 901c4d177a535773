"""Photographs -> MobileNetV2 features -> principal components.

    import verger

    features = verger.Featurizer().transform(["a.jpg", "b.jpg"])   # float32 [2, 1280]
    pca = verger.VariancePCA(variance=0.95).fit(features)

`Featurizer` and `VariancePCA` follow scikit-learn's conventions, without needing it. Beneath them
are the types of the native module, for those who carry batches between processes: `Moments`,
`merge_moments`, `solve_pca`, `PcaModel`, and `FeatureBatch`, which is Arrow data.
"""

from verger._errors import NotFittedError
from verger._featurizer import Featurizer
from verger._variance_pca import VariancePCA
from verger._verger import (
    FeatureBatch,
    FeatureStream,
    ModelError,
    Moments,
    PcaModel,
    __version__,
    merge_moments,
    solve_pca,
)
from verger._weights import fetch_weights, find_weights

ModelError.__module__ = "verger"

__all__ = [
    "FeatureBatch",
    "FeatureStream",
    "Featurizer",
    "ModelError",
    "Moments",
    "NotFittedError",
    "PcaModel",
    "VariancePCA",
    "__version__",
    "fetch_weights",
    "find_weights",
    "merge_moments",
    "solve_pca",
]
