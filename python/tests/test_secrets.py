# SPDX-License-Identifier: Apache-2.0
"""A place with a credential in it is refused, and the credential is not repeated."""

import pytest
import verger
from verger._secrets import check_no_credential

SECRET = "topSECRETvalue"


@pytest.mark.parametrize(
    "place",
    [
        f"s3://AKIAKEY:{SECRET}@bucket/Test",
        f"s3a://AKIAKEY:to/{SECRET}@bucket/Test",
        f"s3://AKIAKEY:{SECRET}",
        f"https://AKIAKEY:{SECRET}@host/w.h5",
        f"https://AKIAKEY:to/{SECRET}@host/w.h5",
        f"--weights=https://{SECRET}@host",
    ],
)
def test_places_with_a_credential_are_refused_unrepeated(place):
    with pytest.raises(ValueError, match="not repeated here") as refused:
        check_no_credential(place)
    assert SECRET not in str(refused.value)
    assert "AKIAKEY" not in str(refused.value)


@pytest.mark.parametrize(
    "place",
    ["s3://bucket/a@b:c/1.jpg", "https://host:8443/w.h5", "a/b:c@d", "", "file:///a@b",
     "untrained:7", "a@b/c://d", None],
)  # fmt: skip
def test_all_others_are_taken(place):
    check_no_credential(place)


def test_so_are_weights():
    with pytest.raises(ValueError, match="not repeated here"):
        verger.Featurizer(weights=f"https://u:{SECRET}@host/w.h5").transform([])
