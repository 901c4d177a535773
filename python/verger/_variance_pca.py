# SPDX-License-Identifier: Apache-2.0
"""Standardisation and principal components, with k chosen by variance, as a transformer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np

from verger import _verger
from verger._errors import not_fitted
from verger._estimator import Estimator
from verger._model_folder import read_model, write_model
from verger._progress import Progress
from verger._validation import check_columns, column_names, float32_rows, float64_rows

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from verger._featurizer import Featurizer


_ROWS = 4096  # between two looks at an interruption


class VariancePCA(Estimator):
    """Standardise the features, and keep the fewest components that have a share of the variance.

    The whole spectrum is solved, so the number of components is exact and has no bound but the
    rank. Rows are taken as float32, which features are; everything from there on is float64. On the
    same rows the results have the bits of ``verger run`` (see `fit_moments` for its shards).
    `fit` and `partial_fit` change the estimator and are for one thread; a fitted one may be shared.

    Args:
        variance: The share of the variance to keep, in (0, 1].
        n_components: Keep so many components, at most the rank, whatever `variance` says.
        standardize: Divide each feature by its sample deviation (n - 1), as Spark does; a constant
            feature becomes 0. False: features are only centred.
        progress: Say how many rows were added, as `Featurizer` does of images.

    Attributes:
        mean_: float64 [n_features_in_], of each feature.
        std_: float64 [n_features_in_], the sample deviation: 0 of a constant feature; 1 throughout
            without `standardize`.
        scale_: float64 [n_features_in_], what features are divided by: `std_`, but 1 in place of 0.
        components_: float64 [n_components_, n_features_in_], orthonormal rows; the loading of
            largest magnitude in each is positive.
        explained_variance_: float64 [n_components_], of the standardised features.
        explained_variance_ratio_: float64 [n_components_], over the whole spectrum.
        spectrum_: float64 [n_features_in_], all eigenvalues, descending, 0 behind the rank.
        n_components_: The components kept.
        n_features_in_: The features.
        n_samples_: The rows fitted on.
        feature_names_in_: object [n_features_in_], the names of a data frame's columns, if all of
            them are strings.
        provenance_: What made the features, of a loaded model; empty strings where not known.
    """

    def __init__(
        self,
        variance: float = 0.95,
        n_components: int | None = None,
        standardize: bool = True,
        *,
        progress: bool = False,
    ) -> None:
        """Keep the parameters; `fit` checks them."""
        self.variance = variance
        self.n_components = n_components
        self.standardize = standardize
        self.progress = progress

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803
        """Fit on rows [n, features], n at least 2.

        Raises ValueError for what is no table of finite numbers, too few rows, rows that are all
        the same, and parameters out of range; TypeError for a sparse table.
        """
        self._forget()
        self._add(X)
        self._solve()
        return self

    def partial_fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803
        """Add rows to those fitted on. The components are solved when they are next asked for.

        After all rows the result has the same bits as one `fit` on them in the same order. Raises
        ValueError for a loaded model, and ValueError or TypeError for rows as `fit` does; none of
        them was added then.
        """
        if "_model" in vars(self) and "_moments" not in vars(self):
            raise ValueError(
                "A loaded model does not have the moments of its rows, so none can be added; "
                "fit anew, or keep the moments and use fit_moments."
            )
        self._add(X)
        vars(self).pop("_model", None)
        return self

    def fit_moments(self, moments: _verger.Moments) -> Self:
        """Fit on moments of rows, such as those of many machines (see `merge_moments`).

        The moments are copied. For the bits of ``verger run``, merge one for each of its shards.
        Raises ValueError for moments of too few rows, and parameters out of range.
        """
        self._forget()
        self._moments = _verger.Moments.from_bytes(moments.to_bytes())
        self._solve()
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """Return the principal components of rows, float64 [n, n_components_].

        After `set_output` they are a DataFrame, whatever the annotation says. A row's bits do not
        depend on the others. Raises verger.NotFittedError before a fit; ValueError for another
        number or other names of columns, and for what `fit` refuses.
        """
        model = self._fitted()
        names = column_names(X)
        rows = float32_rows(X, self)
        check_columns(rows.shape[1], names, self)
        return cast("NDArray[np.float64]", self._as_set(model.project(rows), X))

    def fit_transform(self, X: ArrayLike, y: object = None) -> NDArray[np.float64]:  # noqa: N803
        """Return `fit(X).transform(X)`."""
        return self.fit(X).transform(X)

    def inverse_transform(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """Return features from principal components, float64 [n, n_features_in_].

        What the components left out is lost; a constant feature has its mean. Raises
        verger.NotFittedError before a fit, and ValueError for what is no table of numbers with
        n_components_ columns.
        """
        model = self._fitted()
        return float64_rows(X, model.k) @ model.components * model.deviation + model.mean

    def get_feature_names_out(self, input_features: object = None) -> NDArray[np.object_]:
        """Return the names of the columns of `transform`: variancepca0, variancepca1, …."""
        return np.array([f"variancepca{i}" for i in range(self.n_components_)], dtype=object)

    def save(self, path: str | os.PathLike[str], *, featurizer: Featurizer | None = None) -> None:
        """Write the fitted model into the folder `path`, as ``verger run`` does into OUTPUT/model.

        ``verger apply --model`` reads it. `featurizer`, when given, is recorded as what made the
        features, and others are refused there. The folder is made; a model in it is replaced, file
        by file, model.json last. Raises verger.NotFittedError before a fit, and OSError when the
        folder cannot be written.
        """
        model = self._fitted()
        provenance: dict[str, Any] = dict(model.provenance)
        if featurizer is not None:
            provenance = {k: v for k, v in featurizer.info.items() if k in provenance}
        provenance["verger_version"] = _verger.__version__
        write_model(Path(path), model.to_files(provenance))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a model from a folder of model.json, or from the output of ``verger run``.

        Raises verger.ModelError when there is none or it is damaged, OSError when it is unreadable.
        """
        return cls._of(read_model(Path(path)))

    @classmethod
    def _of(cls, model: _verger.PcaModel) -> Self:
        """Return an estimator fitted with a solved model."""
        by_variance = model.variance > 0
        fitted = cls(
            variance=model.variance if by_variance else 0.95,
            n_components=None if by_variance else model.k,
            standardize=model.standardize,
        )
        fitted._model = model
        return fitted

    def to_sklearn(self) -> Any:
        """Return scikit-learn's fitted Pipeline of StandardScaler and PCA that does the same."""
        from verger._to_sklearn import pipeline_of  # noqa: PLC0415 - scikit-learn is optional

        return pipeline_of(self)

    def __sklearn_is_fitted__(self) -> bool:
        """Tell scikit-learn whether there are components, or rows to solve them from."""
        return "_model" in vars(self) or "_moments" in vars(self)

    def _forget(self) -> None:
        for name in ("_model", "_moments", "feature_names_in_"):
            vars(self).pop(name, None)

    def _add(self, table: ArrayLike) -> None:
        names = column_names(table)
        rows = float32_rows(table, self)
        if "_moments" in vars(self):
            check_columns(rows.shape[1], names, self)
        else:
            self._moments = _verger.Moments(rows.shape[1])
            if names is not None:
                self.feature_names_in_ = names
        with Progress("fit", rows, unit="row", shown=bool(self.progress)) as progress:
            for first in range(0, len(rows), _ROWS):  # the bits are those of one call
                self._moments.add(rows[first : first + _ROWS])
                progress.add(len(rows[first : first + _ROWS]))

    def _solve(self) -> _verger.PcaModel:
        self._check_parameters()
        components = 0 if self.n_components is None else self.n_components
        if (count := self._moments.count) < 2:
            raise ValueError(f"PCA needs at least 2 rows; n_samples = {count:,}.")
        self._model = _verger.solve_pca(
            self._moments,
            variance=float(self.variance),
            components=int(components),
            standardize=bool(self.standardize),
        )
        return self._model

    def _check_parameters(self) -> None:
        """Raise ValueError for what a conversion would bend to another value."""
        kept = self.n_components
        whole = isinstance(kept, int | np.integer) and not isinstance(kept, bool)
        if kept is not None and not (whole and kept >= 1):
            raise ValueError(f"n_components must be None or an integer, at least 1, not {kept!r}.")
        number = isinstance(self.variance, int | float | np.integer | np.floating)
        if not number or isinstance(self.variance, bool):
            raise ValueError(
                f"variance must be a number above 0 and at most 1, not {self.variance!r}."
            )
        if not isinstance(self.standardize, bool | np.bool_):
            raise ValueError(f"standardize must be True or False, not {self.standardize!r}.")

    def _fitted(self) -> _verger.PcaModel:
        if "_model" in vars(self):
            return self._model
        if "_moments" in vars(self):
            return self._solve()
        raise not_fitted(self)

    # Attributes that a fit gives: properties, since `partial_fit` leaves the solution for later.
    # Before a fit they raise NotFittedError, which is an AttributeError.

    @property
    def mean_(self) -> NDArray[np.float64]:
        """The mean of each feature."""
        return self._fitted().mean

    @property
    def std_(self) -> NDArray[np.float64]:
        """The sample deviation of each feature."""
        return self._fitted().deviation

    @property
    def scale_(self) -> NDArray[np.float64]:
        """What each feature is divided by."""
        return np.where(self.std_ > 0, self.std_, 1.0)

    @property
    def components_(self) -> NDArray[np.float64]:
        """The principal components."""
        return self._fitted().components

    @property
    def spectrum_(self) -> NDArray[np.float64]:
        """All eigenvalues."""
        return self._fitted().eigenvalues

    @property
    def explained_variance_(self) -> NDArray[np.float64]:
        """The eigenvalues of the components kept."""
        return self.spectrum_[: self.n_components_]

    @property
    def explained_variance_ratio_(self) -> NDArray[np.float64]:
        """Their share of the whole spectrum."""
        return self.explained_variance_ / float(self.spectrum_.sum())

    @property
    def n_components_(self) -> int:
        """The number of components kept."""
        return self._fitted().k

    @property
    def n_features_in_(self) -> int:
        """The number of features."""
        if "_model" not in vars(self) and "_moments" in vars(self):
            return self._moments.width
        return self._fitted().width

    @property
    def n_samples_(self) -> int:
        """The number of rows fitted on."""
        return self._fitted().count

    @property
    def provenance_(self) -> dict[str, str | bool]:
        """What made the features, as a loaded model tells."""
        return self._fitted().provenance
