# SPDX-License-Identifier: Apache-2.0
"""How near what AMX computes comes to f32 on photographs, by simulated tiles, on any processor."""

import numpy as np
import pytest
from parity.features.sides import ask_verger, largest_difference, neighbours, open_as_the_notebook

PHOTOGRAPHS = 60
BOUND_F32X3 = 2e-4  # relative to the largest feature
LEAST_COSINE = 0.99


@pytest.fixture(scope="module")
def chosen(photographs):
    """PHOTOGRAPHS photographs, spread over the classes."""
    every = sorted(photographs.rglob("*.jpg"))
    return every[:: len(every) // PHOTOGRAPHS][:PHOTOGRAPHS]


@pytest.fixture(scope="module")
def features_in(chosen, real_weights):
    """A function: the features in a precision, in f32 by the processor, else by simulated AMX."""
    tensors = np.stack([open_as_the_notebook(path) for path in chosen])

    def ask(precision):
        amx = [] if precision == "f32" else ["--simulate-amx"]
        return ask_verger(
            tensors, "--weights", real_weights, "--precision", precision, "--threads", 2, *amx
        )

    return ask


@pytest.fixture(scope="module")
def f32(features_in):
    return features_in("f32")


def reduced(features):
    """The eigenvalues of the standardised features, and the rows, as units, that keep 95 %."""
    centred = features.astype("f8") - features.mean(axis=0, dtype="f8")
    deviation = centred.std(axis=0, ddof=1)
    standardised = centred / np.where(deviation == 0, 1, deviation)
    u, s, _ = np.linalg.svd(standardised, full_matrices=False)
    share = np.cumsum(s**2) / np.sum(s**2)
    k = int(np.searchsorted(share, 0.95)) + 1
    rows = (u * s)[:, :k]
    return s**2, rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_f32x3_features_are_nearly_those_of_f32(f32, features_in, note):
    ours = features_in("f32x3")
    difference = largest_difference(ours, f32)
    assert 0 < difference <= BOUND_F32X3
    (spectrum, components), (near_spectrum, near_components) = reduced(f32), reduced(ours)
    assert components.shape == near_components.shape
    moved = float(np.abs(near_spectrum - spectrum).max() / spectrum.max())
    assert moved <= 1e-4
    assert np.array_equal(neighbours(components), neighbours(near_components))
    rows = [("photographs, largest feature = 1", difference, f"{BOUND_F32X3:.0e}")]
    rows += [("spectrum, in the largest eigenvalue", moved, "1e-04")]
    for what, difference, bound in rows:
        note(
            stage="features",
            what=f"f32x3 (simulated AMX), {what}",
            reference="verger in f32",
            cases=len(f32),
            difference=difference,
            bound=bound,
        )


def test_bf16_features_on_amx_have_nearly_the_direction_of_f32(f32, features_in, note):
    ours = features_in("bf16")
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(f32, axis=1)
    smallest = float((np.einsum("ij,ij->i", ours, f32) / lengths).min())
    assert LEAST_COSINE <= smallest < 1
    note(
        stage="features",
        what="bf16 (simulated AMX), 1 - smallest cosine to f32",
        reference="verger in f32",
        cases=len(f32),
        difference=1 - smallest,
        bound=f"{1 - LEAST_COSINE:.0e}",
    )
