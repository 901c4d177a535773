"""Features of real photographs are those of Keras; the notebook's printed rows come out."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from parity.features.sides import BOUND, ask_verger, largest_difference, open_as_the_notebook

PHOTOGRAPHS = 240


@pytest.fixture(scope="module")
def sample(photographs):
    """Tensors of PHOTOGRAPHS photographs, spread over the classes."""
    every = sorted(photographs.rglob("*.jpg"))
    chosen = every[:: len(every) // PHOTOGRAPHS][:PHOTOGRAPHS]
    return np.stack([open_as_the_notebook(path) for path in chosen])


@pytest.fixture(scope="module")
def features(sample, real_weights):
    """The features that verger gives them."""
    return ask_verger(sample, "--weights", real_weights)


@pytest.mark.timeout(900)
def test_features_of_photographs_are_those_of_keras(sample, features, real_weights, note):
    keras = pytest.importorskip("keras")
    model = keras.applications.MobileNetV2(
        weights=None, include_top=False, pooling="avg", input_shape=(224, 224, 3)
    )
    model.load_weights(real_weights)
    # The notebook's own steps, to be sure that the tensors are those that it makes.
    prepared = keras.applications.mobilenet_v2.preprocess_input((sample[:8] + 1) * 127.5)
    assert np.allclose(prepared, sample[:8], atol=1e-6)
    difference = largest_difference(features, model.predict(sample, batch_size=8, verbose=0))
    assert difference <= BOUND
    note(
        stage="features",
        what="photographs, largest feature = 1",
        reference="Keras",
        cases=len(sample),
        difference=difference,
        bound=f"{BOUND:.0e}",
    )


def test_threads_and_order_change_no_bit(sample, features, real_weights):
    few, expected = sample[:40], features[:40]
    for threads in (2, 3, 7):
        ours = ask_verger(few[::-1], "--weights", real_weights, "--threads", threads)
        assert np.array_equal(ours[::-1], expected), threads


def printed_rows(photographs):
    """Return the photographs whose first features the notebook printed, and these features.

    The notebook cuts the text of each row, so the last value lacks digits and is left out.
    """
    seed = json.loads((photographs.parents[1] / "seed_values.json").read_text())
    rows = seed["first_features"]
    paths = [photographs / Path(name).relative_to("Test") for name in rows]
    return paths, [row[:-1] for row in rows.values()]


def largest_difference_of_printed(photographs, weights):
    paths, rows = printed_rows(photographs)
    tensors = np.stack([open_as_the_notebook(path) for path in paths])
    features = ask_verger(tensors, "--weights", weights)
    pairs = zip(features, rows, strict=True)
    return max(np.abs(ours[: len(row)] - row).max() for ours, row in pairs)


def test_recovered_weights_come_near_the_rows_that_the_notebook_printed(photographs, real_weights):
    assert largest_difference_of_printed(photographs, real_weights) < 0.3


def test_official_weights_give_the_rows_that_the_notebook_printed(photographs, note):
    weights = os.environ.get("VERGER_WEIGHTS")
    if not weights:
        pytest.skip("shared data absent: official weights (set VERGER_WEIGHTS)")
    difference = largest_difference_of_printed(photographs, weights)
    assert difference <= 1e-4
    note(
        stage="features",
        what="rows that the notebook printed",
        reference="the notebook",
        cases=5,
        difference=float(difference),
        bound="1e-04",
    )
