# SPDX-License-Identifier: Apache-2.0
"""scikit-learn's conventions, without it: parameters, representation, tags, kinds of output."""

from __future__ import annotations

import inspect
import sys
from abc import ABC, abstractmethod
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    from numpy.typing import NDArray

_OUTPUTS = ("default", "pandas", "polars")


class Estimator(ABC):
    """What scikit-learn's BaseEstimator gives to `clone`, pipelines and searches.

    The parameters are the keywords of `__init__`, which stores them unchanged.
    """

    @classmethod
    def _parameter_names(cls) -> list[str]:
        return sorted(name for name in inspect.signature(cls.__init__).parameters if name != "self")

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name. `deep` makes no difference: none is an estimator."""
        return {name: getattr(self, name) for name in self._parameter_names()}

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name. ValueError for an unknown one, and none is set."""
        known = self._parameter_names()
        for name in params:
            if name not in known:
                raise ValueError(
                    f"Invalid parameter {name!r} for {type(self).__name__}; there are: "
                    f"{', '.join(known)}."
                )
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def set_output(
        self, *, transform: Literal["default", "pandas", "polars"] | None = None
    ) -> Self:
        """Set what `transform` and `fit_transform` return, as scikit-learn's transformers do.

        ``"pandas"`` and ``"polars"`` are DataFrames with the columns of `get_feature_names_out`;
        that of pandas has the index of a DataFrame or Series that was transformed. ``"default"`` is
        an array, and None leaves it as it was. Where it was never set, scikit-learn's own setting
        `transform_output` holds, if scikit-learn is loaded.

        Raises ValueError for another kind, and ModuleNotFoundError for one that is not installed.
        """
        if transform is None:
            return self
        if transform not in _OUTPUTS:
            raise ValueError(f"transform must be one of {list(_OUTPUTS)}, not {transform!r}.")
        if transform != "default" and find_spec(transform) is None:
            raise ModuleNotFoundError(
                f"set_output(transform={transform!r}) needs {transform}: pip install {transform}.",
                name=transform,
            )
        self._sklearn_output_config = {"transform": transform}  # where scikit-learn looks for it
        return self

    @abstractmethod
    def get_feature_names_out(self, input_features: object = None) -> NDArray[Any]:
        """Return the names of the columns of `transform`."""

    def _as_set(self, rows: NDArray[Any], given: object) -> Any:
        """Return the rows of `given` as `set_output` says."""
        kind = getattr(self, "_sklearn_output_config", {}).get("transform")
        if kind is None and (sklearn := sys.modules.get("sklearn")) is not None:
            kind = sklearn.get_config()["transform_output"]
        if kind in (None, "default"):
            return rows
        frames = import_module(kind)
        names = list(self.get_feature_names_out())
        if kind == "polars":
            return frames.DataFrame(rows, schema=names, orient="row")
        tables = (frames.DataFrame, frames.Series)
        index = given.index if isinstance(given, tables) else None
        return frames.DataFrame(rows, columns=names, index=index, copy=False)

    def __repr__(self) -> str:
        """Return the call that makes the estimator: the parameters that differ from the default."""
        defaults = inspect.signature(type(self).__init__).parameters
        given = [
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if not _same(value, defaults[name].default)
        ]
        return f"{type(self).__name__}({', '.join(given)})"

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn asks of a transformer. Called by scikit-learn alone."""
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags  # noqa: PLC0415

        return Tags(
            estimator_type="transformer",
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(preserves_dtype=[]),
            input_tags=InputTags(),
        )


def _same(value: object, default: object) -> bool:
    return value is default or (type(value) is type(default) and value == default)
