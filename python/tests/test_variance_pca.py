# SPDX-License-Identifier: Apache-2.0
"""VariancePCA: the program's bits, scikit-learn's conventions, and a file format in common."""

import numpy as np
import pytest
import verger as package
from arrays import same_bits
from conftest import UNTRAINED
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from verger import VariancePCA


def table(count=300, width=12, seed=0):
    generator = np.random.default_rng(seed)
    mixed = generator.normal(size=(count, width)) @ generator.normal(size=(width, width))
    return (mixed * generator.uniform(0.1, 50, width) + 7).astype(np.float32)


def test_it_agrees_with_scikit_learn():
    X = table()  # noqa: N806
    ours = VariancePCA(variance=0.9).fit(X)
    scaled = StandardScaler().fit_transform(X.astype(np.float64))
    theirs = PCA(n_components=0.9, svd_solver="full").fit(scaled)
    assert ours.n_components_ == theirs.n_components_
    ratio = theirs.explained_variance_ratio_
    np.testing.assert_allclose(ours.explained_variance_ratio_, ratio, rtol=1e-9)
    # scikit-learn scales by the deviation of the population.
    factor = (len(X) - 1) / len(X)
    np.testing.assert_allclose(ours.explained_variance_ / factor, theirs.explained_variance_)
    signs = np.sign((ours.components_ * theirs.components_).sum(1))[:, None]
    np.testing.assert_allclose(ours.components_, signs * theirs.components_, atol=1e-9)


def test_without_standardising_it_is_plain_pca():
    X = table()  # noqa: N806
    ours = VariancePCA(n_components=4, standardize=False).fit(X)
    theirs = PCA(n_components=4, svd_solver="full").fit(X.astype(np.float64))
    np.testing.assert_allclose(ours.explained_variance_, theirs.explained_variance_, rtol=1e-9)
    np.testing.assert_allclose(
        np.abs(ours.transform(X)), np.abs(theirs.transform(X.astype(np.float64))), atol=1e-6
    )
    assert (ours.std_ == 1).all()


def test_attributes_have_their_shapes_and_values():
    X = table()  # noqa: N806
    X[:, 3] = 5
    fitted = VariancePCA(variance=0.8).fit(X)
    k = fitted.n_components_
    assert fitted.n_features_in_ == 12
    assert fitted.n_samples_ == 300
    assert fitted.components_.shape == (k, 12)
    assert fitted.explained_variance_.shape == fitted.explained_variance_ratio_.shape == (k,)
    assert (
        fitted.explained_variance_ratio_.sum() >= 0.8 > fitted.explained_variance_ratio_[:-1].sum()
    )
    assert fitted.spectrum_.shape == (12,)
    assert fitted.spectrum_[-1] == 0
    assert fitted.std_[3] == 0
    assert fitted.scale_[3] == 1
    np.testing.assert_allclose(np.delete(fitted.scale_, 3), np.delete(X.std(0, ddof=1), 3), 1e-5)
    assert list(fitted.get_feature_names_out()[:2]) == ["variancepca0", "variancepca1"]
    assert not fitted.components_.flags.writeable


def test_all_components_can_be_inverted():
    X = table()  # noqa: N806
    X[:, 3] = 5
    for standardize in (True, False):
        fitted = VariancePCA(variance=1.0, standardize=standardize).fit(X)
        np.testing.assert_allclose(fitted.inverse_transform(fitted.transform(X)), X, atol=1e-4)


def test_partial_fits_are_one_fit():
    X = table(1000)  # noqa: N806
    whole = VariancePCA().fit(X)
    parts = VariancePCA()
    for rows in np.array_split(X, 7):
        parts.partial_fit(rows)
    assert same_bits(parts.components_, whole.components_)
    assert same_bits(parts.transform(X), whole.transform(X))
    assert parts.n_samples_ == 1000


def test_partial_fit_goes_on_after_fit_and_fit_begins_anew():
    X = table(100)  # noqa: N806
    fitted = VariancePCA().fit(X[:60])
    assert fitted.partial_fit(X[60:]).n_samples_ == 100
    assert fitted.fit(X[:50]).n_samples_ == 50
    with pytest.raises(ValueError, match="X has 3 features, but VariancePCA is expecting 12"):
        fitted.partial_fit(X[:, :3])
    assert fitted.n_samples_ == 50


def test_the_bits_of_a_row_depend_neither_on_neighbours_nor_on_threads():
    X = table(3000)  # noqa: N806
    fitted = VariancePCA().fit(X)
    whole = fitted.transform(X)
    assert same_bits(fitted._model.project(X, threads=1), whole)
    assert same_bits(np.concatenate([fitted.transform(X[:1]), fitted.transform(X[1:])]), whole)
    standardised = fitted._model.standardise(X)
    np.testing.assert_allclose(standardised, (X - fitted.mean_) / fitted.scale_, atol=1e-5)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"variance": 0}, "^variance must be above 0 and at most 1, not 0"),
        ({"variance": 1.5}, "^variance must be above 0 and at most 1"),
        ({"variance": float("nan")}, "^variance must be"),
        ({"variance": "0.9"}, "^variance must be a number above 0 and at most 1, not '0.9'"),
        ({"variance": True}, "^variance must be a number"),
        ({"n_components": 0}, "^n_components must be None or an integer, at least 1, not 0"),
        ({"n_components": 2.7}, "^n_components must be None or an integer, at least 1, not 2.7"),
        ({"n_components": "3"}, "^n_components must be None or an integer"),
        ({"n_components": True}, "^n_components must be None or an integer"),
        ({"standardize": "no"}, "^standardize must be True or False, not 'no'"),
        ({"n_components": 13}, "^components 13 exceeds the rank of the features, which is 12"),
    ],
)
def test_unusable_parameters_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        VariancePCA(**parameters).fit(table())


@pytest.mark.parametrize("dtype", [str, bytes, object])
def test_texts_are_no_numbers(dtype):
    texts = np.array([["1.5", "2"], ["3", "4"]]).astype(dtype)
    fitted = VariancePCA().fit(table(width=2))
    for call in (VariancePCA().fit, fitted.transform, fitted.inverse_transform):
        with pytest.raises(ValueError, match="must be numbers"):
            call(texts)


def test_rows_that_are_all_the_same_are_refused():
    with pytest.raises(ValueError, match="no variance to keep"):
        VariancePCA().fit(np.ones((5, 3)))
    with pytest.raises(ValueError, match="no variance to keep"):
        VariancePCA(standardize=False).fit(np.ones((5, 3)))


def test_before_a_fit_nothing_is_known():
    for ask in (
        lambda model: model.transform(table()),
        lambda model: model.components_,
        lambda model: model.n_components_,
        lambda model: model.save("x"),
    ):
        with pytest.raises(NotFittedError, match="not fitted yet"):
            ask(VariancePCA())
    assert not hasattr(VariancePCA(), "n_features_in_")


@pytest.mark.parametrize("standardize", [True, False])
def test_scikit_learns_own_estimators_do_the_same(standardize):
    X = table().astype(np.float64)  # noqa: N806
    X[:, 3] = 5
    fitted = VariancePCA(standardize=standardize).fit(X)
    pipeline = fitted.to_sklearn()
    X = X.astype(np.float32).astype(np.float64)  # noqa: N806
    np.testing.assert_allclose(pipeline.transform(X), fitted.transform(X), atol=1e-9)
    back = pipeline.inverse_transform(pipeline.transform(X))
    np.testing.assert_allclose(back, fitted.inverse_transform(fitted.transform(X)), atol=1e-9)
    assert list(pipeline.get_feature_names_out()[:1]) == ["pca0"]


@pytest.mark.filterwarnings("ignore:UNTRAINED")
def test_both_make_a_pipeline(paths, features):
    pipeline = make_pipeline(package.Featurizer(UNTRAINED), VariancePCA(n_components=4))
    rows = pipeline.fit_transform(paths)
    assert same_bits(rows, VariancePCA(n_components=4).fit_transform(features))
    assert same_bits(clone(pipeline).fit(paths).transform(paths), rows)
    assert pipeline.get_params()["featurizer__weights"] == UNTRAINED


def test_the_representation_is_the_call():
    assert repr(VariancePCA()) == "VariancePCA()"
    assert repr(VariancePCA(n_components=3)) == "VariancePCA(n_components=3)"
    assert repr(package.Featurizer("untrained:1", threads=2)) == (
        "Featurizer(threads=2, weights='untrained:1')"
    )


def test_unknown_parameters_are_refused():
    with pytest.raises(ValueError, match="Invalid parameter 'k' for VariancePCA"):
        VariancePCA().set_params(k=3)


class Frame:
    """As much of a data frame as matters here: named columns over an array."""

    def __init__(self, rows, columns):
        """Keep both."""
        self.rows, self.columns = rows, columns

    def __array__(self, dtype=None, copy=None):
        """Return the rows."""
        return np.asarray(self.rows, dtype=dtype)


def test_names_of_columns_are_kept_and_checked():
    X = table(width=3)  # noqa: N806
    fitted = VariancePCA().fit(Frame(X, ["a", "b", "c"]))
    assert list(fitted.feature_names_in_) == ["a", "b", "c"]
    assert same_bits(fitted.transform(Frame(X, ["a", "b", "c"])), fitted.transform(X))
    for names, message in [
        (["a", "c", "b"], "must be in the same order"),
        (["a", "b", "d"], "unseen at fit time:\n- d\nFeature names seen at fit time, .*\n- c"),
    ]:
        with pytest.raises(ValueError, match=message):
            fitted.transform(Frame(X, names))
    assert not hasattr(fitted.fit(X), "feature_names_in_")


@pytest.mark.heavy
def test_data_frames_of_pandas_and_polars():
    import pandas as pd  # noqa: PLC0415
    import polars as pl  # noqa: PLC0415

    X = table(width=3)  # noqa: N806
    for frame in (pd.DataFrame(X, columns=list("abc")), pl.DataFrame(X, schema=list("abc"))):
        fitted = VariancePCA().fit(frame)
        assert list(fitted.feature_names_in_) == ["a", "b", "c"]
        assert same_bits(fitted.transform(frame), fitted.transform(X))
