# SPDX-License-Identifier: Apache-2.0
"""The program verger: where it is, and what its errors are in Python."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from verger._errors import ModelError

_ERRORS: dict[str | int, type[Exception]] = {  # by the protocol's kind, and by exit code
    "argument": ValueError, "model": ModelError, 2: ValueError, 4: ModelError,
}  # fmt: skip


def find_program() -> str:
    """Return the program's absolute path: $VERGER_PROGRAM, the package's own, that of $PATH.

    The variable may name the folder of an unpacked bundle. Raises OSError when there is none.
    """
    # Whoever imports the jobs imports this: what goes to their nodes is asked for only here.
    from verger.spark.job.work import VARIABLE, usable  # noqa: PLC0415

    given = os.environ.get(VARIABLE)
    own = Path(__file__).parent / "bin" / "verger"
    program = usable(given) if given else usable(str(own), shutil.which("verger"))
    if program is None:
        said = f"${VARIABLE} names {given}, which is no program" if given else "it is not installed"
        raise OSError(
            f"The program verger cannot be found: {said}; install it by 'pip install verger', or "
            f"set {VARIABLE} to where it is."
        )
    return program


def error_of(kind: str | int, message: str) -> Exception:
    """Return the exception for an error of the protocol's `kind`, or for an exit code."""
    return _ERRORS.get(kind, OSError)(message)
