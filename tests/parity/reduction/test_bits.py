# SPDX-License-Identifier: Apache-2.0
"""The bits of a reduction depend on the features and their shards alone."""

import numpy as np
import pytest
from parity.reduction import verger_side
from parity.reduction.tables import like_a_network

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def table():
    """Features wide enough for OpenBLAS to use threads."""
    return like_a_network(1200, 400, 14)


def test_bits_do_not_depend_on_threads(table):
    expected = verger_side.reduce(table, shards=24, threads=1).files
    for threads in (2, 3, 8):
        assert verger_side.reduce(table, shards=24, threads=threads).files == expected


@pytest.mark.parametrize("variable", ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"])
def test_bits_do_not_depend_on_the_environment(table, variable):
    expected = verger_side.reduce(table).files
    for threads in ("1", "2", "5"):
        assert verger_side.reduce(table, environment={variable: threads}).files == expected


def test_shards_change_no_more_than_rounding(table):
    whole, cut = (verger_side.reduce(table, shards=shards) for shards in (1, 31))
    assert whole.model["k"] == cut.model["k"]
    np.testing.assert_allclose(whole.eigenvalues, cut.eigenvalues, rtol=0, atol=1e-12)
