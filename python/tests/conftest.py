# SPDX-License-Identifier: Apache-2.0
"""What the tests of the package share; the program's own fixtures come from tests/conftest.py."""

import json
import os

import numpy as np
import pytest
import verger as package
from arrays import float_rows
from conftest import UNTRAINED, bundle, orchard, program, real_weights, result, verger, wheel

__all__ = ["bundle", "orchard", "program", "real_weights", "result", "verger", "wheel"]


@pytest.fixture(scope="session")
def featurizer():
    """A featurizer with the weights of `result`."""
    with pytest.warns(UserWarning, match="UNTRAINED WEIGHTS"):
        return package.Featurizer(UNTRAINED).load()


@pytest.fixture(scope="session")
def paths(orchard):
    """The photographs, in the order of the tables: sorted by the bytes of their paths."""
    return sorted(orchard.rglob("*.jpg"), key=os.fsencode)


@pytest.fixture(scope="session")
def shards(result):
    """The features that the program wrote: float32 [n, 1280] a shard, in the shards' order."""
    return [float_rows(part, "features") for part in sorted(result.glob("features/part-*"))]


@pytest.fixture(scope="session")
def features(shards):
    """The features of all shards in a row."""
    return np.concatenate(shards)


@pytest.fixture(scope="session")
def shard_sizes(result):
    """How many images are in each shard, from the manifests."""
    manifests = [json.loads(m.read_text()) for m in sorted(result.glob("_verger/shards/*.json"))]
    return [m["end"] - m["begin"] for m in manifests]
