# SPDX-License-Identifier: Apache-2.0
"""Keras' own MobileNetV2, with random weights and with those of the shared data."""

import os

import pytest
from parity.features.sides import load_make_features

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
SEED = 11


@pytest.fixture(scope="session")
def make_features():
    """The module that made the golden features."""
    pytest.importorskip("keras")
    return load_make_features()


@pytest.fixture(scope="session")
def untrained(make_features):
    """Keras' MobileNetV2 without top, with the weights of UNTRAINED."""
    return make_untrained(make_features, include_top=False, pooling="avg")


@pytest.fixture(scope="session")
def untrained_with_top(make_features):
    """The same with top."""
    return make_untrained(make_features, include_top=True)


def make_untrained(make_features, **settings):
    """Return Keras' MobileNetV2 with the weights of `untrained:SEED`."""
    keras = pytest.importorskip("keras")
    model = keras.applications.MobileNetV2(
        weights=None, input_shape=(224, 224, 3), classes=10, **settings
    )
    make_features.set_untrained_weights(model, SEED)
    return model


@pytest.fixture(scope="session")
def tensors(make_features):
    """Three images made by a formula."""
    return [make_features.synthetic_image(number) for number in range(3)]
