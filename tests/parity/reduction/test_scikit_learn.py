# SPDX-License-Identifier: Apache-2.0
"""verger reduces as scikit-learn's StandardScaler (with n - 1) and PCA do."""

import numpy as np
import pytest
from parity.reduction import compare, verger_side
from parity.reduction.tables import TABLES, like_a_network

pytestmark = pytest.mark.heavy

VARIANCES = (0.3, 0.5, 0.9, 0.95, 0.99)


def standardise(table):
    """Return the mean, the sample deviation and the standardised table."""
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    scaler = preprocessing.StandardScaler().fit(table.astype("f8"))
    factor = np.sqrt((len(table) - 1) / len(table))
    return (
        scaler.mean_,
        np.sqrt(scaler.var_) / factor,
        scaler.transform(table.astype("f8")) * factor,
    )


def check(table, solver, note):
    """Compare the two at full rank and for every variance."""
    decomposition = pytest.importorskip("sklearn.decomposition")
    mean, deviation, standardised = standardise(table)
    pca = decomposition.PCA(svd_solver=solver).fit(standardised)
    rank = verger_side.rank(verger_side.reduce(table))
    ours = verger_side.reduce(table, components=rank)

    spectrum = compare.spectrum_difference(ours.eigenvalues, pca.explained_variance_)
    components = compare.component_difference(
        ours.eigenvalues, ours.components, pca.components_[:rank]
    )
    projected = np.abs(ours.projected - standardised @ ours.components.T).max()
    np.testing.assert_allclose(ours.mean, mean, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ours.deviation, deviation, rtol=1e-9, atol=1e-12)
    assert spectrum <= 1e-9
    assert components <= 1e-6
    row = {"stage": "reduction", "reference": "scikit-learn", "cases": 1}
    note(what="spectrum, largest eigenvalue = 1", difference=spectrum, bound="1e-09", **row)
    note(what="components, separated eigenvalues", difference=components, bound="1e-06", **row)
    assert projected <= 1e-9 * np.sqrt(ours.eigenvalues[0] * len(table))
    for variance in VARIANCES:
        expected = compare.smallest_k(pca.explained_variance_ratio_, variance)
        assert verger_side.reduce(table, variance=variance).model["k"] == expected


@pytest.mark.parametrize("name", TABLES)
def test_reduction_is_that_of_the_full_svd(name, note):
    check(TABLES[name](), "full", note)


def test_reduction_is_that_of_the_covariance_at_full_width(note):
    check(like_a_network(3000, 1280, 13), "covariance_eigh", note)


def test_reduction_of_photographs_is_that_of_the_full_svd(photographed_features, note):
    check(photographed_features, "full", note)
