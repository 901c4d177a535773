# SPDX-License-Identifier: Apache-2.0
"""What estimators give back and say: data frames, progress, and the mend of what they refuse."""

import pickle

import numpy as np
import pyarrow as pa
import pytest
import verger as package
from conftest import UNTRAINED
from PIL import Image
from sklearn import config_context
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

pytestmark = pytest.mark.filterwarnings("ignore:UNTRAINED")
ROWS = np.random.default_rng(3).normal(size=(30, 4)).astype(np.float32)


def taker(**options):
    return package.Featurizer(UNTRAINED, threads=1, **options)


@pytest.mark.heavy
def test_set_output_gives_named_columns_and_keeps_the_index(paths, features):
    import pandas as pd  # noqa: PLC0415 - not in .venv/core

    named = pd.Series([str(path) for path in paths[:5]], index=list("abcde"))
    frame = taker().set_output(transform="pandas").transform(named)
    assert list(frame.index) == list("abcde")
    assert list(frame.columns[:2]) == ["featurizer0", "featurizer1"]
    assert frame.dtypes.unique().tolist() == [np.dtype("float32")]
    np.testing.assert_array_equal(frame.to_numpy(), features[:5])
    pca = package.VariancePCA(n_components=2).set_output(transform="pandas")
    reduced = pca.fit_transform(frame)
    assert list(reduced.columns) == ["variancepca0", "variancepca1"]
    assert list(reduced.index) == list("abcde")
    assert list(pca.feature_names_in_) == list(frame.columns)


@pytest.mark.heavy
def test_it_is_scikit_learns_set_output():
    import pandas as pd  # noqa: PLC0415 - not in .venv/core
    import polars as pl  # noqa: PLC0415

    plain = package.VariancePCA(n_components=2).fit_transform(ROWS)
    with config_context(transform_output="polars"):
        frame = package.VariancePCA(n_components=2).fit_transform(ROWS)
        kept = package.VariancePCA(n_components=2).set_output(transform="default")
        assert isinstance(kept.fit_transform(ROWS), np.ndarray)
    assert isinstance(frame, pl.DataFrame)
    assert frame.columns == ["variancepca0", "variancepca1"]
    np.testing.assert_array_equal(frame.to_numpy(), plain)
    piped = make_pipeline(package.VariancePCA(n_components=2)).set_output(transform="pandas")
    assert isinstance(piped.fit_transform(ROWS), pd.DataFrame)
    for made in (clone(piped), pickle.loads(pickle.dumps(piped))):
        assert isinstance(made.fit_transform(ROWS), pd.DataFrame)


@pytest.mark.heavy
def test_a_pickled_featurizer_keeps_its_kind_of_output(paths):
    import pandas as pd  # noqa: PLC0415 - not in .venv/core

    set_ = taker(progress=False).set_output(transform="pandas")
    assert isinstance(pickle.loads(pickle.dumps(set_)).transform(paths[:2]), pd.DataFrame)


def test_set_output_without_pandas_says_what_to_install(monkeypatch):
    pca = package.VariancePCA()
    assert pca.set_output(transform=None) is pca
    with pytest.raises(ValueError, match=r"one of \['default', 'pandas', 'polars'\], not 'x'"):
        pca.set_output(transform="x")
    monkeypatch.setattr("verger._estimator.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="needs pandas: pip install pandas"):
        pca.set_output(transform="pandas")


def test_progress_is_told_when_it_is_asked_for(paths, features, capsys):
    taker().transform(paths[:3])
    package.VariancePCA().fit(features)
    assert capsys.readouterr() == ("", "")
    taker(progress=True).transform(paths[:3])
    taker(progress=True).transform(iter(paths[:3]))
    lines = capsys.readouterr().err.splitlines()
    assert sum(line.startswith("verger: featurize  3 images in ") for line in lines) == 2
    package.VariancePCA(progress=True).fit(features)
    assert f"verger: fit  {len(features)} rows in " in capsys.readouterr().err
    with pytest.raises(ValueError, match="not-an-image"):
        taker(progress=True).transform([b"no image"])
    assert capsys.readouterr().err == ""


def test_on_a_terminal_a_line_is_written_over(paths, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("verger._featurizer._IMAGES_A_THREAD", 2)
    taker(progress=True).transform(paths[:4])
    lines = capsys.readouterr().err.split("\r\x1b[2K")
    assert lines[1].startswith(f"featurize {'━' * 12}{'─' * 12}  2/4 images  ")
    assert "  ETA " in lines[1]
    assert lines[2].startswith(f"featurize {'━' * 24}  4/4 images  ")
    assert lines[3].startswith("verger: featurize  4 images in ")
    assert lines[3].endswith("\n")


def test_many_rows_at_once_have_the_bits_of_few(monkeypatch):
    whole = package.VariancePCA().fit(ROWS)
    monkeypatch.setattr("verger._variance_pca._ROWS", 7)
    parts = package.VariancePCA().fit(ROWS)
    assert whole.spectrum_.tobytes() == parts.spectrum_.tobytes()


class Frame:
    """As much of a data frame as is asked for without pandas."""

    def __init__(self, **columns):
        """Take the columns by name."""
        self.columns = list(columns)
        self._cells = columns

    def __array__(self, dtype=None, copy=None):
        """Return its cells."""
        table = np.empty((len(next(iter(self._cells.values()))), len(self.columns)), dtype=object)
        for at, cells in enumerate(self._cells.values()):
            table[:, at] = cells
        return table


def column(values):
    """A column of objects, as pandas has it."""
    made = np.empty(len(values), dtype=object)
    made[:] = list(values)
    return made


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (column(ROWS), r"column of vectors instead; numpy\.stack\(column\) makes a table"),
        (pa.chunked_array([ROWS.tolist()]), r"numpy\.stack\(column\)"),
        ([[1.0, 2.0], [3.0]], "its rows have different lengths"),
        (Frame(label=column(range(30)), pca=column(ROWS)), r"numpy\.stack\(frame\['pca'\]\)"),
        (Frame(label=column(["a"] * 30), x=column(range(30))), "the columns of numbers alone"),
        (["a.jpg", "b.jpg"], r"images are taken through verger\.Featurizer first"),
    ],
)
def test_a_table_that_is_none_is_refused_with_the_mend(given, message):
    with pytest.raises(ValueError, match=message) as raised:
        package.VariancePCA().fit(given)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("a.jpg", r"one image goes into a list by itself: \[image\]"),
        (np.zeros((4, 4, 3), np.uint8), "one image goes into a list by itself"),
        (Image.new("RGB", (4, 4)), "one image goes into a list by itself"),
        (Frame(path=[1], label=[2]), r"table\['path'\] of the columns path, label"),
        (pa.table({"path": ["a"]}), r"not a whole Table, .* of the columns path"),
        (7, "such as a list of paths, and not a int"),
    ],
)
def test_what_is_no_sequence_of_images_is_refused_with_the_mend(given, message):
    with pytest.raises(TypeError, match=message):
        taker().transform(given)
