# SPDX-License-Identifier: Apache-2.0
"""What can go wrong, by what a caller can do about it. Each message is one sentence."""

from __future__ import annotations


class UsageError(ValueError):
    """A description, an option or an argument is wrong: exit code 2."""


class NoFigureError(UsageError):
    """The tables of figures.json lack an instance type or a region: there is no estimate."""


class AwsError(OSError):
    """AWS, a file or a place cannot be used: exit code 3."""


class StepFailedError(RuntimeError):
    """The job ran and failed, or was cancelled: exit code 1."""
