# SPDX-License-Identifier: Apache-2.0
"""The package is typed with boto3, click and pydantic as without."""

import pytest
from type_check import mypy

pytestmark = [pytest.mark.heavy, pytest.mark.emr]


def test_it_is_typed():
    assert "Success: no issues found" in mypy("-p", "verger.emr")
