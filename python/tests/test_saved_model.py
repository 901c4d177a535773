# SPDX-License-Identifier: Apache-2.0
"""Models and tables in common with the program: the same bits, the same files."""

import json
import pickle

import numpy as np
import pytest
import verger as package
from arrays import float_rows, same_bits
from conftest import UNTRAINED
from verger import VariancePCA

ARRAYS = ["components.npy", "deviation.npy", "eigenvalues.npy", "mean.npy"]


def table(count=300, width=12, seed=0):
    generator = np.random.default_rng(seed)
    mixed = generator.normal(size=(count, width)) @ generator.normal(size=(width, width))
    return (mixed * generator.uniform(0.1, 50, width) + 7).astype(np.float32)


def moments_of(rows):
    moments = package.Moments(rows.shape[1])
    moments.add(rows)
    return moments


@pytest.fixture(scope="module")
def fitted(shards):
    """Fitted as the program does: moments a shard, merged by the tree."""
    return VariancePCA().fit_moments(package.merge_moments([moments_of(rows) for rows in shards]))


def test_the_shards_are_those_of_the_manifests(shards, shard_sizes):
    assert [len(rows) for rows in shards] == shard_sizes


def test_the_model_has_the_bits_of_the_programs(fitted, result, featurizer, tmp_path):
    fitted.save(tmp_path / "model", featurizer=featurizer)
    names = sorted(path.name for path in (tmp_path / "model").iterdir())
    assert names == sorted([*ARRAYS, "model.json"])
    for name in names:
        theirs = (result / "model" / name).read_bytes()
        assert (tmp_path / "model" / name).read_bytes() == theirs, name


def test_the_projection_has_the_bits_of_the_programs_table(fitted, result, features):
    parts = sorted(result.glob("pca/part-*"))
    table = np.concatenate([float_rows(part, "pca") for part in parts])
    assert same_bits(fitted.transform(features).astype(np.float32), table)
    assert same_bits(VariancePCA.load(result).transform(features).astype(np.float32), table)


def test_a_fit_on_all_rows_is_a_run_of_one_shard(verger, orchard, features, tmp_path):
    verger("run", orchard, tmp_path / "one", "--weights", UNTRAINED, "--parts", 1)
    fitted = VariancePCA().fit(features)
    assert same_bits(VariancePCA.load(tmp_path / "one").components_, fitted.components_)


def test_it_can_be_saved_loaded_and_pickled(tmp_path):
    X = table()  # noqa: N806
    for parameters in ({}, {"n_components": 3}, {"standardize": False}):
        fitted = VariancePCA(**parameters).fit(X)
        fitted.save(tmp_path / "model")
        loaded = VariancePCA.load(tmp_path / "model")
        assert loaded.get_params() == fitted.get_params()
        for copy in (
            loaded,
            pickle.loads(pickle.dumps(fitted)),
            pickle.loads(pickle.dumps(loaded)),
        ):
            assert same_bits(copy.transform(X), fitted.transform(X))
            assert same_bits(copy.spectrum_, fitted.spectrum_)
    assert not list(tmp_path.rglob(".verger-tmp-*"))


def test_a_loaded_model_takes_no_more_rows(result, features):
    with pytest.raises(ValueError, match="does not have the moments"):
        VariancePCA.load(result).partial_fit(features)


def test_a_model_from_a_run_tells_where_it_is_from(result):
    model = VariancePCA.load(result)
    assert model.provenance_["weights"] == UNTRAINED
    assert model.provenance_["untrained"] is True
    assert same_bits(VariancePCA.load(result / "model").components_, model.components_)


def test_a_damaged_or_absent_model_is_refused(result, tmp_path):
    with pytest.raises(package.ModelError, match="No model in"):
        VariancePCA.load(tmp_path)
    for path in (result / "model").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "mean.npy").write_bytes(b"junk")
    with pytest.raises(package.ModelError, match=r"is unusable: .*SHA-256 of mean\.npy differs"):
        VariancePCA.load(tmp_path)


def test_the_program_applies_a_model_saved_here(verger, orchard, paths, featurizer, tmp_path):
    features = featurizer.transform(paths)
    fitted = VariancePCA(n_components=6, standardize=False).fit(features)
    fitted.save(tmp_path / "model", featurizer=featurizer)
    assert json.loads((tmp_path / "model" / "model.json").read_text())["standardize"] is False
    arguments = ["--weights", UNTRAINED, "--parts", 1]
    verger("apply", orchard, tmp_path / "out", "--model", tmp_path / "model", *arguments)
    (part,) = (tmp_path / "out" / "pca").glob("part-*")
    assert same_bits(float_rows(part, "pca"), fitted.transform(features).astype(np.float32))


def test_the_program_reduces_without_standardising(verger, orchard, features, tmp_path):
    out = tmp_path / "out"
    verger("run", orchard, out, "--weights", UNTRAINED, "--parts", 1, "--no-standardize")
    fitted = VariancePCA(standardize=False).fit(features)
    loaded = VariancePCA.load(out)
    assert loaded.standardize is False
    assert same_bits(loaded.components_, fitted.components_)
