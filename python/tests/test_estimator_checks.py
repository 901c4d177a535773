# SPDX-License-Identifier: Apache-2.0
"""scikit-learn's own checks of an estimator."""

import pytest
import verger as package
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted
from verger import VariancePCA

# None is expected to fail. Left out, since it only runs where SCIPY_ARRAY_API is set: arrays of
# other libraries become NumPy's here.
LEFT_OUT = {"check_array_api_input"}

ESTIMATORS = [VariancePCA(), VariancePCA(n_components=1), VariancePCA(0.5, standardize=False)]


def name_of(check):
    return getattr(check, "func", check).__name__


mark = parametrize_with_checks(ESTIMATORS)
CASES = [case for case in mark.args[1] if name_of(getattr(case, "values", case)[1]) not in LEFT_OUT]


@pytest.mark.parametrize(("estimator", "check"), CASES, ids=mark.kwargs["ids"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learns_check(estimator, check):
    check(estimator)


def test_there_are_as_many_checks_as_there_should_be():
    assert len(CASES) > 40 * len(ESTIMATORS)


@pytest.mark.filterwarnings("ignore:UNTRAINED")
def test_the_featurizer_keeps_the_conventions_that_apply():
    """Its input is no table, so that scikit-learn's checks have nothing to feed it."""
    featurizer = package.Featurizer("untrained:1", threads=1)
    copy = clone(featurizer)
    assert copy is not featurizer
    assert copy.get_params() == featurizer.get_params()
    assert copy.fit([]) is copy
    check_is_fitted(copy)
    assert featurizer.get_feature_names_out()[1279] == "featurizer1279"
