# SPDX-License-Identifier: Apache-2.0
"""How far two reductions of the same table are apart."""

import numpy as np

SEPARATED = 1e-6  # the least gap, as a share of the largest eigenvalue, that fixes a component


def orient(components: np.ndarray) -> np.ndarray:
    """Give each row verger's sign: its largest loading is positive, the first of those that tie."""
    magnitude = np.abs(components)
    first = np.argmax(magnitude >= magnitude.max(axis=1, keepdims=True) * (1 - 1e-9), axis=1)
    return components * np.sign(components[np.arange(len(components)), first])[:, None]


def clusters(eigenvalues: np.ndarray, k: int) -> list[slice]:
    """Return the runs of components among the first k that are not separated from each other.

    A run that goes on behind k is left out: its subspace is not all there.
    """
    gaps = np.flatnonzero(-np.diff(eigenvalues) > SEPARATED * eigenvalues[0]) + 1
    ends = [end for end in [*gaps.tolist(), len(eigenvalues)] if end <= k]
    return [slice(begin, end) for begin, end in zip([0, *ends], ends, strict=False)]


def component_difference(eigenvalues: np.ndarray, ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the largest difference of a loading, or sine of the angle between subspaces."""
    ours, theirs = orient(ours), orient(theirs)
    worst = 0.0
    for run in clusters(eigenvalues, len(ours)):
        if run.stop - run.start == 1:
            worst = max(worst, np.abs(ours[run] - theirs[run]).max())
        else:
            outside = ours[run] - ours[run] @ theirs[run].T @ theirs[run]
            worst = max(worst, np.linalg.norm(outside, 2))
    return float(worst)


def spectrum_difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the largest difference of an eigenvalue, as a share of the largest of them."""
    padded = np.zeros_like(ours)
    padded[: len(theirs)] = theirs
    return float(np.abs(ours - padded).max() / ours[0])


def smallest_k(ratios: np.ndarray, variance: float) -> int:
    """Return the least number of components that have this share of the variance."""
    return int(np.argmax(np.cumsum(ratios) >= variance)) + 1
