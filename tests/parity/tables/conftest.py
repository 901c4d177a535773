# SPDX-License-Identifier: Apache-2.0
"""Results in both layouts."""

import pytest
from conftest import UNTRAINED


@pytest.fixture(scope="session")
def notebook(verger, orchard, tmp_path_factory):
    """The output of `verger run --layout notebook` on the orchard."""
    output = tmp_path_factory.mktemp("notebook") / "Results"
    flags = ("--weights", UNTRAINED, "--parts", 4, "--layout", "notebook")
    verger("run", orchard, output, *flags)
    return output


@pytest.fixture
def same_bits(note):
    """A function that checks that a reader gave the very features, and notes it."""

    def check(reader, actual, expected):
        assert actual == expected
        note(
            stage="tables",
            what="features, to the bit",
            reference=reader,
            cases=len(actual),
            difference=0.0,
            bound="0",
        )

    return check
