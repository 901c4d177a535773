"""measure_drift: how far a model is from what its features have become."""

import numpy as np
import pytest
import verger as package
from scipy.linalg import subspace_angles
from verger._verger import measure_drift


def rows(count, seed, width=8):
    random = np.random.default_rng(seed)
    hidden = random.normal(size=(count, 3)) @ random.normal(size=(3, width))
    return (hidden + 0.1 * random.normal(size=(count, width))).astype(np.float32)


def moments_of(table):
    moments = package.Moments(table.shape[1])
    moments.add(table)
    return moments


def test_it_is_the_variance_kept_and_the_largest_angle():
    before = package.solve_pca(moments_of(rows(40, 1)), components=3)
    table = rows(60, 2)
    after = package.solve_pca(moments_of(table), components=4)
    drift = measure_drift(before, moments_of(table), after)
    scaled = (table.astype(np.float64) - before.mean) / before.deviation
    kept = (scaled @ before.components.T).var(axis=0).sum() / scaled.var(axis=0).sum()
    assert drift["variance_kept"] == pytest.approx(kept, rel=1e-9)
    angles = subspace_angles(before.components.T, after.components.T)
    assert drift["largest_angle"] == pytest.approx(np.degrees(angles.max()), rel=1e-9)
    assert (drift["k_before"], drift["k_after"]) == (3, 4)


def test_without_a_fit_there_is_no_angle():
    moments = moments_of(rows(40, 1))
    model = package.solve_pca(moments, components=3)
    drift = measure_drift(model, moments)
    assert drift["variance_kept"] == pytest.approx(model.cumulative_ratio(3), rel=1e-9)
    assert drift["largest_angle"] is None
    assert drift["k_after"] == 3
    assert measure_drift(model, moments, model)["largest_angle"] == pytest.approx(0, abs=1e-6)


def test_what_does_not_fit_together_is_refused():
    model = package.solve_pca(moments_of(rows(40, 1)), components=3)
    other = package.solve_pca(moments_of(rows(40, 1, width=5)), components=3)
    with pytest.raises(ValueError, match="not of one width"):
        measure_drift(model, moments_of(rows(40, 1, width=5)))
    with pytest.raises(ValueError, match="not of one width"):
        measure_drift(model, moments_of(rows(40, 1)), other)
    with pytest.raises(ValueError, match="at least 2 rows, not 1"):
        measure_drift(model, moments_of(rows(1, 1)))
