# SPDX-License-Identifier: Apache-2.0
"""How near bf16 comes to f32 on photographs; a processor that cannot do it is told so."""

import json

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from parity.features.sides import neighbours, run_verger

LEAST_COSINE = 0.99
LEAST_AGREEMENT = 0.99  # the share of nearest neighbours whose labels agree


def matrix(folder, column):
    """A table's rows, as units, and their labels."""
    table = pq.read_table(folder, partitioning=None)
    values = pc.list_flatten(table[column].combine_chunks()).to_numpy()
    rows = values.reshape(len(table), -1).astype("f8")
    return rows / np.linalg.norm(rows, axis=1, keepdims=True), np.array(table["label"])


def nearest_labels(output):
    """Of each image the label of the other image that is nearest in the reduced space."""
    rows, labels = matrix(output / "pca", "pca")
    return labels[neighbours(rows)], labels


@pytest.fixture(scope="module")
def results(photographs, real_weights, verger, tmp_path_factory):
    """The chain on all photographs in both precisions, or None where there is no bf16."""
    probe = run_verger("--weights", real_weights, "--precision", "bf16", "--info")
    if probe.returncode == 2:
        assert b"bfloat16 instructions" in probe.stderr
        return None
    folder = tmp_path_factory.mktemp("precision")
    for precision in ("f32", "bf16"):
        verger(
            "run", photographs, folder / precision, "--weights", real_weights,
            "--precision", precision,
        )  # fmt: skip
    return folder / "f32", folder / "bf16"


def test_bf16_features_have_nearly_the_direction_of_f32(results, note):
    if results is None:
        return
    f32, bf16 = (matrix(output / "features", "features")[0] for output in results)
    smallest = np.einsum("ij,ij->i", f32, bf16).min()
    assert smallest >= LEAST_COSINE
    note(
        stage="features",
        what="bf16, 1 - smallest cosine to f32",
        reference="verger in f32",
        cases=len(f32),
        difference=float(1 - smallest),
        bound=f"{1 - LEAST_COSINE:.0e}",
    )


def test_bf16_names_the_same_neighbours_and_keeps_as_many_components(results, note):
    if results is None:
        return
    (f32, labels), (bf16, _) = map(nearest_labels, results)
    differing = float(np.mean(f32 != bf16))
    assert differing <= 1 - LEAST_AGREEMENT
    assert np.mean(bf16 == labels) >= np.mean(f32 == labels) - 0.005
    components = [json.loads((o / "model/model.json").read_text())["k"] for o in results]
    spectra = [np.load(output / "model/eigenvalues.npy") for output in results]
    assert abs(components[1] - components[0]) <= 0.02 * components[0]
    moved = float(np.abs(spectra[1] - spectra[0]).max() / spectra[0].max())
    assert moved <= 0.02
    rows = [("nearest neighbours of another label than in f32, share", differing, "1e-02")]
    rows += [("spectrum, in the largest eigenvalue", moved, "2e-02")]
    rows += [(f"components: {components[1]} beside {components[0]}",
              abs(components[1] - components[0]) / components[0], "2e-02")]  # fmt: skip
    for what, difference, bound in rows:
        note(
            stage="features",
            what=f"bf16, {what}",
            reference="verger in f32",
            cases=len(f32),
            difference=difference,
            bound=bound,
        )
