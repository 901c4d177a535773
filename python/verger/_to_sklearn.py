# SPDX-License-Identifier: Apache-2.0
"""VariancePCA -> scikit-learn's own estimators. Needs scikit-learn (`verger[sklearn]`)."""

from __future__ import annotations

from typing import Any

import numpy as np


def pipeline_of(model: Any) -> Any:
    """Return the fitted Pipeline of StandardScaler and PCA that transforms as a VariancePCA does.

    The scaler divides by the sample deviation (n - 1), as `model` does, where one that scikit-learn
    fits divides by that of the population.
    """
    from sklearn.pipeline import Pipeline  # noqa: PLC0415

    return Pipeline([("scaler", _scaler(model)), ("pca", _pca(model))])


def _scaler(model: Any) -> Any:
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    scaler = StandardScaler(with_std=model.standardize)
    scaler.mean_ = model.mean_.copy()
    scaler.scale_ = model.scale_.copy() if model.standardize else None
    scaler.var_ = np.square(model.std_) if model.standardize else None
    scaler.n_samples_seen_ = model.n_samples_
    scaler.n_features_in_ = model.n_features_in_
    if hasattr(model, "feature_names_in_"):
        scaler.feature_names_in_ = model.feature_names_in_
    return scaler


def _pca(model: Any) -> Any:
    from sklearn.decomposition import PCA  # noqa: PLC0415

    pca = PCA(n_components=model.n_components_, svd_solver="covariance_eigh")
    pca.mean_ = np.zeros(model.n_features_in_)
    pca.components_ = model.components_.copy()
    pca.explained_variance_ = model.explained_variance_.copy()
    pca.explained_variance_ratio_ = model.explained_variance_ratio_
    pca.singular_values_ = np.sqrt(model.explained_variance_ * (model.n_samples_ - 1))
    left_out = model.spectrum_[model.n_components_ :]
    pca.noise_variance_ = float(left_out.mean()) if left_out.size else 0.0
    pca.n_components_ = model.n_components_
    pca.n_features_in_ = model.n_features_in_
    pca.n_samples_ = model.n_samples_
    return pca
