# SPDX-License-Identifier: Apache-2.0
"""VariancePCAModel.fromRun: the model in the output of a run, whoever drove it."""

import pytest
import verger as package

pytestmark = [pytest.mark.heavy, pytest.mark.spark]


@pytest.fixture
def load(spark):
    """VariancePCAModel.fromRun, where there is a session of Spark."""
    from verger.spark import VariancePCAModel  # noqa: PLC0415 - not in .venv/core

    return VariancePCAModel.fromRun


@pytest.mark.parametrize("layout", ["tables", "notebook"])
def test_it_is_the_programs(load, verger, result, tmp_path, layout):
    verger("reduce", result / "features", tmp_path / "out", "--layout", layout)
    model = load(str(tmp_path / "out"))
    run = package.VariancePCA.load(result)
    assert model.k == run.n_components_
    assert (model.spectrum.toArray() == run.spectrum_).all()
    with pytest.raises(package.ModelError, match=r"No model in .*: it is not the output"):
        load(str(tmp_path))
    (tmp_path / "out" / {"tables": "model"}.get(layout, "_verger/model") / "mean.npy").unlink()
    with pytest.raises(package.ModelError, match=r"The model of .* is unusable: "):
        load(f"file:{tmp_path / 'out'}")
