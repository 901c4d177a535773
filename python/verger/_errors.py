# SPDX-License-Identifier: Apache-2.0
"""The package's exceptions, without the native module."""

from __future__ import annotations

import re
import sys


class ModelError(OSError):
    """Weights, an ONNX model or a saved PCA model cannot be used; the message says which and why.

    The native module raises it as well.
    """

    __module__ = "verger"


class NotFittedError(ValueError, AttributeError):
    """A method was called that needs a fit first.

    Where scikit-learn is loaded its own exception of this name is raised, which has the same bases.
    """


def with_keywords(message: str) -> str:
    """Name options as keywords: --overwrite → overwrite, but for those of a quoted command."""
    return re.sub(
        r"'verger [^']*'|(?<![^\s'])--([a-z0-9-]+)",
        lambda match: match[1].replace("-", "_") if match[1] else match[0],
        message,
    )


def not_fitted(estimator: object) -> Exception:
    """Return the exception that says that `estimator` was not fitted."""
    kind: type[Exception] = NotFittedError
    if loaded := sys.modules.get("sklearn.exceptions"):
        kind = loaded.NotFittedError
    name = type(estimator).__name__
    return kind(
        f"This {name} instance is not fitted yet: call 'fit', 'partial_fit' or 'load' first."
    )
