# SPDX-License-Identifier: Apache-2.0
"""scikit-learn's conventions, without scikit-learn: parameters, representation, tags."""

from __future__ import annotations

import inspect
from typing import Any, Self


class Estimator:
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
