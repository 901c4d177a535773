# SPDX-License-Identifier: Apache-2.0
"""What may be fitted and transformed: tables of finite numbers, as scikit-learn takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def column_names(table: object) -> NDArray[np.object_] | None:
    """Return the names of a data frame's columns when all are strings, else None."""
    columns = getattr(table, "columns", None)
    if columns is None or callable(columns):
        return None
    names = np.asarray(columns, dtype=object)
    return names if all(isinstance(name, str) for name in names) and names.size else None


def float32_rows(table: Any, estimator: object) -> NDArray[np.float32]:
    """Return a table as float32 [n, features] in C order; not copied when it is that already.

    Raises TypeError or ValueError, in scikit-learn's words, when it is no table of finite numbers
    or has no row or no column.
    """
    name = type(estimator).__name__
    array = _dense(table)
    if array.ndim == 1 and array.size and _is_vector(array[0]):
        raise ValueError(
            "Expected 2D array, got a column of vectors instead; numpy.stack(column) makes a table "
            "of it, when all have one length."
        )
    if array.ndim != 2:
        raise ValueError(
            f"Expected 2D array, got {array.ndim}D array instead. Reshape your data by "
            "array.reshape(-1, 1) if it has a single feature or array.reshape(1, -1) if it is a "
            "single sample."
        )
    for axis, what in enumerate(("sample", "feature")):
        if array.shape[axis] == 0:
            raise ValueError(
                f"Found array with 0 {what}(s) (shape={array.shape}) while a minimum of 1 is "
                f"required by {name}."
            )
    with np.errstate(over="ignore"):
        rows = np.ascontiguousarray(array, dtype=np.float32)
    if not np.isfinite(rows).all():
        raise ValueError(
            f"Input X contains NaN, infinity or a value too large for float32; {name} takes finite "
            "features."
        )
    return rows


def float64_rows(table: Any, width: int) -> NDArray[np.float64]:
    """Return components as float64 [n, width]. ValueError when they are no table of as many."""
    rows = np.asarray(table)
    _refuse_texts(rows)
    if rows.ndim != 2 or rows.shape[1] != width:
        raise ValueError(f"Components must be a table of {width:,} columns, not {rows.shape}.")
    return rows.astype(np.float64)


def _dense(table: Any) -> NDArray[Any]:
    if type(table).__module__.startswith("scipy.sparse"):
        raise TypeError(
            "A sparse table was passed, but dense data is required: use '.toarray()' first."
        )
    try:
        array = np.asarray(table)
    except ValueError as error:  # "inhomogeneous shape"
        raise ValueError(
            "Input X is no table: its rows have different lengths, and each must have all features."
        ) from error
    _refuse_columns(table, array)
    _refuse_texts(array)
    if np.iscomplexobj(array):
        raise ValueError(f"Complex data not supported\n{array!r}\n")
    return array


def _is_vector(cell: object) -> bool:
    return isinstance(cell, np.ndarray | list | tuple)


def _refuse_columns(table: Any, array: NDArray[Any]) -> None:
    """Raise ValueError for a data frame with a column of vectors, as verger.read returns one."""
    names = column_names(table)
    if names is None or array.ndim != 2 or array.dtype.kind != "O" or not len(array):
        return
    for name, cell in zip(names, array[0], strict=True):
        if _is_vector(cell):
            raise ValueError(
                f"Input X is a data frame whose column '{name}' holds vectors, and a feature must "
                f"be a number: give numpy.stack(frame['{name}']) in its place."
            )


def _refuse_texts(array: NDArray[Any]) -> None:
    """Raise ValueError for texts, of which NumPy would make numbers where they look like some."""
    texts = array.dtype.kind in "SU" or (
        array.dtype.kind == "O" and any(isinstance(value, str | bytes) for value in array.flat)
    )
    if texts:
        raise ValueError(
            "Input X holds texts, and features must be numbers; images are taken through "
            "verger.Featurizer first, and of a data frame give the columns of numbers alone."
        )


def check_columns(width: int, names: NDArray[np.object_] | None, estimator: Any) -> None:
    """Raise ValueError when the columns are not those of the fit."""
    expected = estimator.n_features_in_
    fitted = getattr(estimator, "feature_names_in_", None)
    if names is not None and fitted is not None and not np.array_equal(names, fitted):
        raise ValueError(_names_message(list(names), list(fitted)))
    if width != expected:
        raise ValueError(
            f"X has {width} features, but {type(estimator).__name__} is expecting {expected} "
            "features as input."
        )


def _names_message(names: list[str], fitted: list[str]) -> str:
    message = "The feature names should match those that were passed during fit.\n"
    unseen = sorted(set(names) - set(fitted))
    missing = sorted(set(fitted) - set(names))
    if unseen:
        message += "Feature names unseen at fit time:\n" + _listed(unseen)
    if missing:
        message += "Feature names seen at fit time, yet now missing:\n" + _listed(missing)
    if not unseen and not missing:
        message += "Feature names must be in the same order as they were in fit.\n"
    return message


def _listed(names: list[str], most: int = 5) -> str:
    lines = [f"- {name}\n" for name in names[:most]]
    return "".join([*lines, "- ...\n" if len(names) > most else ""])
