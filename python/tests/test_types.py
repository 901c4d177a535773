# SPDX-License-Identifier: Apache-2.0
"""The package is typed, its native module included."""

from importlib.util import find_spec

import pytest
import verger as package
from type_check import mypy

USE = """
import numpy as np
from numpy.typing import NDArray
import verger

features: NDArray[np.float32] = verger.Featurizer("untrained:1", threads=2).transform(["a.jpg"])
rows: NDArray[np.float64] = verger.VariancePCA(variance=0.9).fit(features).transform(features)
moments: verger.Moments = verger.merge_moments([verger.Moments(3)])
model: verger.PcaModel = verger.solve_pca(moments, components=2)
version: str = verger.__version__
error: type[OSError] = verger.ModelError
result: verger.Result = verger.run("Photographs", "Results", variance=0.9, exclude=["a", "b"])
counted: tuple[int, int | None, str] = (result.counts.features, result.k, result.places.pca)
whole: bool = verger.inspect(result, progress=False).ok
label: str | None = verger.Result("Results", threads=2).similar(["a.jpg"], neighbors=3)[0]["label"]
"""
MISUSE = """
import verger
verger.Moments("3")
verger.VariancePCA(share=0.9)
verger.read("Results", "components")
"""


def test_the_package_is_typed_throughout():
    assert "Success: no issues found" in mypy("-p", "verger")


@pytest.mark.heavy
def test_it_is_typed_with_spark_as_without():
    assert find_spec("pyspark") is not None
    assert "Success: no issues found" in mypy("-p", "verger.spark")


def test_its_types_serve_those_who_use_it(tmp_path):
    (tmp_path / "use.py").write_text(USE)
    (tmp_path / "misuse.py").write_text(MISUSE)
    assert "Success: no issues found in 1 source file" in mypy(tmp_path / "use.py")
    assert "Found 3 errors" in mypy(tmp_path / "misuse.py")


def test_every_public_name_has_a_docstring():
    for name in package.__all__:
        value = getattr(package, name)
        assert isinstance(value, str) or value.__doc__, name
