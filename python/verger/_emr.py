# SPDX-License-Identifier: Apache-2.0
"""The program verger-emr, as far as it goes without what `verger[emr]` installs."""

from __future__ import annotations

import sys

_EXIT_USAGE = 2


def main() -> int:
    """Run the command line; return the exit code."""
    try:
        from verger.emr.cli import main as run  # noqa: PLC0415 - what is absent is told in a sentence
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("verger"):
            raise
        sys.stderr.write(f"verger: error: {error}\n")
        return _EXIT_USAGE
    return run()


if __name__ == "__main__":
    sys.exit(main())
