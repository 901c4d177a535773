# SPDX-License-Identifier: Apache-2.0
"""The package's exceptions, without the native module."""

from __future__ import annotations

import sys
from typing import Any


class ModelError(OSError):
    """Weights, an ONNX model or a saved PCA model cannot be used; the message says which and why.

    The native module raises it as well.
    """

    __module__ = "verger"


class NotFittedError(ValueError, AttributeError):
    """A method was called that needs a fit first.

    Where scikit-learn is loaded it is scikit-learn's exception of this name as well.
    """

    __module__ = "verger"

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        """Where it arrives, scikit-learn may be loaded or not."""
        return _not_fitted, (str(self),)


def not_fitted(estimator: object) -> NotFittedError:
    """Return the exception that says that `estimator` was not fitted."""
    name = type(estimator).__name__
    return _not_fitted(
        f"This {name} instance is not fitted yet: call 'fit', 'partial_fit' or 'load' first."
    )


def _not_fitted(message: str) -> NotFittedError:
    kind: Any = NotFittedError
    if loaded := sys.modules.get("sklearn.exceptions"):
        kind = type(
            kind.__name__, (NotFittedError, loaded.NotFittedError), {"__module__": "verger"}
        )
    error: NotFittedError = kind(message)
    return error
