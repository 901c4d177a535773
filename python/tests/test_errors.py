# SPDX-License-Identifier: Apache-2.0
"""Each error that a docstring of the package names is raised, and is of that type."""

import builtins
import inspect
import pickle
import re
import sys
from importlib.util import find_spec

import numpy as np
import pyarrow as pa
import pytest
import scipy.sparse
import sklearn.exceptions
import verger as package
from conftest import UNTRAINED

pytestmark = pytest.mark.filterwarnings("ignore:UNTRAINED")
ROWS = np.eye(4, 3, dtype=np.float32)
ABSENT = "/absent/file"


def fitted():
    return package.VariancePCA(n_components=1).fit(ROWS)


def moments(width=3):
    made = package.Moments(width)
    made.add(np.eye(4, width, dtype=np.float32))
    return made


def featurizer(**options):
    return package.Featurizer(UNTRAINED, threads=1, **options)


def solved():
    return package.solve_pca(moments(), components=1)


def damaged(result, folder):
    """A model of a result, the arrays of which are not those that it names."""
    for path in (result / "model").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "mean.npy").write_bytes(b"no array")
    return folder


def unreadable(folder):
    """A folder in place of a file, which nobody can read, whatever the rights."""
    (folder / "model.json").symlink_to(folder / "a.json")
    (folder / "a.json").write_text("{}")
    (folder / "mean.npy").mkdir()
    return folder


def without(monkeypatch, name):
    """As if a package were not installed."""
    genuine = find_spec
    absent = lambda wanted, *more: None if wanted == name else genuine(wanted, *more)  # noqa: E731
    for module in ("verger._estimator", "verger._read"):
        __import__(module)
        monkeypatch.setattr(sys.modules[module], "find_spec", absent)


# What each does to be refused: a function of the result of the orchard, an empty folder and
# monkeypatch.
CASES = {
    ("Featurizer.load", "ValueError"): lambda r, t, m: featurizer(precision="f64").load(),
    ("Featurizer.load", "ModelError"): lambda r, t, m: package.Featurizer(ABSENT).load(),
    ("Featurizer.set_output", "ValueError"): lambda r, t, m: featurizer().set_output(transform="x"),
    ("Featurizer.set_output", "ModuleNotFoundError"): lambda r, t, m: (
        without(m, "polars"), featurizer().set_output(transform="polars")),
    ("Featurizer.set_params", "ValueError"): lambda r, t, m: featurizer().set_params(colour=1),
    ("Featurizer.transform", "TypeError"): lambda r, t, m: featurizer().transform([7]),
    ("Featurizer.transform", "ValueError"): lambda r, t, m: featurizer().transform([b"no image"]),
    ("Featurizer.transform", "ModelError"): lambda r, t, m: (
        package.Featurizer(ABSENT).transform([])),
    ("Featurizer.featurize", "TypeError"): lambda r, t, m: featurizer().featurize(7),
    ("Featurizer.featurize", "ValueError"): lambda r, t, m: (
        featurizer().featurize(pa.record_batch({"other": [b""]}))),
    ("Featurizer.featurize", "ModelError"): lambda r, t, m: (
        package.Featurizer(ABSENT).featurize([])),
    ("Moments.add", "TypeError"): lambda r, t, m: moments().add(ROWS.astype(np.float64)),
    ("Moments.add", "ValueError"): lambda r, t, m: moments().add(ROWS[:, :2].copy()),
    ("Moments.from_bytes", "ValueError"): lambda r, t, m: package.Moments.from_bytes(b"none"),
    ("Moments.merge", "ValueError"): lambda r, t, m: moments().merge(moments(2)),
    ("PcaModel.from_files", "ModelError"): lambda r, t, m: package.PcaModel.from_files({}),
    ("PcaModel.project", "ValueError"): lambda r, t, m: solved().project(ROWS[:, :2].copy()),
    ("Result.record", "OSError"): lambda r, t, m: package.Result(t).record,
    ("Result.record", "ModuleNotFoundError"): lambda r, t, m: (
        without(m, "pyarrow"), package.Result("s3://bucket/Results").record),
    ("Result.similar", "ValueError"): lambda r, t, m: package.Result(r).similar("a.jpg"),
    ("Result.similar", "OSError"): lambda r, t, m: package.Result(t).similar([ABSENT]),
    ("Result.similar", "ModelError"): lambda r, t, m: (
        package.Result(r, weights=ABSENT).similar([next(r.parent.rglob("*.html"))])),
    ("VariancePCA.fit", "TypeError"): lambda r, t, m: (
        package.VariancePCA().fit(scipy.sparse.csr_array(ROWS))),
    ("VariancePCA.fit", "ValueError"): lambda r, t, m: package.VariancePCA().fit(ROWS * np.nan),
    ("VariancePCA.fit_moments", "ValueError"): lambda r, t, m: (
        package.VariancePCA().fit_moments(package.Moments(3))),
    ("VariancePCA.inverse_transform", "NotFittedError"): lambda r, t, m: (
        package.VariancePCA().inverse_transform(ROWS)),
    ("VariancePCA.inverse_transform", "ValueError"): lambda r, t, m: (
        fitted().inverse_transform([[1.0, 2.0]])),
    ("VariancePCA.load", "ModelError"): lambda r, t, m: package.VariancePCA.load(damaged(r, t)),
    ("VariancePCA.load", "OSError"): lambda r, t, m: package.VariancePCA.load(unreadable(t)),
    ("VariancePCA.partial_fit", "TypeError"): lambda r, t, m: (
        fitted().partial_fit(scipy.sparse.csr_array(ROWS))),
    ("VariancePCA.partial_fit", "ValueError"): lambda r, t, m: fitted().partial_fit(ROWS[:, :2]),
    ("VariancePCA.save", "OSError"): lambda r, t, m: fitted().save("/dev/null/model"),
    ("VariancePCA.save", "NotFittedError"): lambda r, t, m: package.VariancePCA().save(t),
    ("VariancePCA.set_output", "ValueError"): lambda r, t, m: fitted().set_output(transform="x"),
    ("VariancePCA.set_output", "ModuleNotFoundError"): lambda r, t, m: (
        without(m, "pandas"), fitted().set_output(transform="pandas")),
    ("VariancePCA.set_params", "ValueError"): lambda r, t, m: fitted().set_params(colour=1),
    ("VariancePCA.transform", "NotFittedError"): lambda r, t, m: (
        package.VariancePCA().transform(ROWS)),
    ("VariancePCA.transform", "ValueError"): lambda r, t, m: fitted().transform(ROWS[:, :2]),
    ("fetch_weights", "ModelError"): lambda r, t, m: (
        m.setattr("verger._weights._download", no_network), package.fetch_weights(t)),
    ("find_weights", "ModelError"): lambda r, t, m: package.find_weights(ABSENT),
    ("find_weights", "ValueError"): lambda r, t, m: package.find_weights("http://me:pass@host/w"),
    ("merge_moments", "ValueError"): lambda r, t, m: package.merge_moments([]),
    ("read", "ModuleNotFoundError"): lambda r, t, m: (without(m, "pandas"), package.read(r)),
    ("read", "ValueError"): lambda r, t, m: package.read(r, "none", as_="pyarrow"),
    ("read", "OSError"): lambda r, t, m: package.read(t, as_="pyarrow"),
    ("run", "ValueError"): lambda r, t, m: package.run(t, t / "out", colour=3),
    ("run", "ModelError"): lambda r, t, m: package.run(r, t / "out", weights=ABSENT),
    ("run", "OSError"): lambda r, t, m: package.run(ABSENT, t / "out", weights=UNTRAINED),
    ("solve_pca", "ValueError"): lambda r, t, m: package.solve_pca(package.Moments(3)),
}  # fmt: skip


def no_network(url):
    raise OSError("no network here")


def docstrings():
    """The docstrings of the package's functions and of its classes' methods, by name."""
    for name in package.__all__:
        value = getattr(package, name)
        if inspect.isclass(value):
            for inner in dir(value):
                member = inspect.getattr_static(value, inner)
                member = getattr(member, "__func__", getattr(member, "fget", member))
                if not inner.startswith("_") and getattr(member, "__doc__", None):
                    yield f"{name}.{inner}", member.__doc__
        elif callable(value):
            yield name, value.__doc__


def named_errors(text):
    """The errors that a docstring names."""
    return set(re.findall(r"\b(\w+Error)\b", text))


def test_what_the_docstrings_name_is_tried_here():
    documented = {(name, error) for name, text in docstrings() for error in named_errors(text)}
    assert documented == set(CASES)


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_what_is_named_is_raised(case, result, tmp_path, monkeypatch):
    monkeypatch.setenv("VERGER_WEIGHTS", "")
    error = type_named(case[1])
    with pytest.raises(error) as raised:
        CASES[case](result, tmp_path, monkeypatch)
    # Nothing that the docstring names apart, such as ModelError, which is an OSError.
    others = {type_named(other) for name, other in CASES if name == case[0]} - {error}
    narrower = tuple(other for other in others if issubclass(other, error))
    assert not isinstance(raised.value, narrower)
    assert len(str(raised.value)) > 20


def test_what_was_not_fitted_is_told_as_scikit_learn_tells_it():
    with pytest.raises(sklearn.exceptions.NotFittedError) as raised:
        package.VariancePCA().transform(ROWS)
    arrived = pickle.loads(pickle.dumps(raised.value))
    for error in (raised.value, arrived):
        assert isinstance(error, package.NotFittedError)
        assert isinstance(error, sklearn.exceptions.NotFittedError)
    assert str(arrived) == str(raised.value)


def type_named(name):
    """An exception of the package or of Python."""
    return getattr(package, name, None) or getattr(builtins, name)
