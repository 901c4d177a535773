# SPDX-License-Identifier: Apache-2.0
"""Features of real photographs are those of Keras; the notebook's printed rows come out."""

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import shared
from end_to_end.tables import read_table, vectors
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


@pytest.fixture(scope="module")
def printed():
    """The rows of which the notebook printed the first features: {path in the bucket: features}.

    It cuts the text of each row, so the last value lacks digits and is left out.
    """
    rows = json.loads(shared("seed_values.json").read_text())["first_features"]
    return {name: np.float32(row[:-1]) for name, row in rows.items()}


def difference_of_printed(verger, weights, printed, photographs, out):
    """How far at most the features of `photographs`, a folder `Test`, are from those printed."""
    verger("extract", photographs, out, "--weights", weights)
    table = read_table(out / "features")
    features = dict(zip(table["path"].to_pylist(), vectors(table, "features"), strict=True))
    ours = {Path(path).with_suffix(""): row for path, row in features.items()}

    def difference(name, row):
        stem = (photographs.parent / name).with_suffix("")
        return np.abs(ours[Path(f"file:{stem}")][: len(row)] - row).max()

    return float(max(difference(name, row) for name, row in printed.items()))


def test_the_notebooks_pixels_give_the_features_that_it_printed(
    verger, real_weights, printed, tmp_path, note
):
    pixels = shared("seed_pixels") / "Test"
    difference = difference_of_printed(verger, real_weights, printed, pixels, tmp_path / "out")
    assert difference <= 1e-5
    note(
        stage="features",
        what="values that the notebook printed, of its pixels",
        reference="the notebook",
        cases=sum(map(len, printed.values())),
        difference=difference,
        bound="1e-05",
    )


def test_pixels_of_another_jpeg_decoder_do_not(
    verger, real_weights, printed, photographs, tmp_path
):
    folder = tmp_path / "Test"
    for name in printed:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).symlink_to(photographs.parent / name)
    difference = difference_of_printed(verger, real_weights, printed, folder, tmp_path / "out")
    assert difference == pytest.approx(0.1145, abs=1e-4)  # docs/numerics.md
