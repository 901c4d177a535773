"""The exception for what was not fitted, as scikit-learn has it."""

from __future__ import annotations

import sys


class NotFittedError(ValueError, AttributeError):
    """A method was called that needs a fit first.

    Where scikit-learn is loaded its own exception of this name is raised, which has the same bases.
    """


def not_fitted(estimator: object) -> Exception:
    """Return the exception that says that `estimator` was not fitted."""
    kind: type[Exception] = NotFittedError
    if loaded := sys.modules.get("sklearn.exceptions"):
        kind = loaded.NotFittedError
    name = type(estimator).__name__
    return kind(
        f"This {name} instance is not fitted yet: call 'fit', 'partial_fit' or 'load' first."
    )
