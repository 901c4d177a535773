# SPDX-License-Identifier: Apache-2.0
"""Runs of the program that are killed."""

import os
import subprocess


def killed_at(deadly, point, command, environment=None):
    """Run until the point; True when it was reached."""
    process = subprocess.run(
        [deadly, *command],
        env=(environment or os.environ) | {"VERGER_KILL_AT": point},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert process.returncode in (0, -9), process.stderr
    return process.returncode == -9


def killed_after(program, seconds, command, environment=None):
    """Run for some seconds; True when it was still running then."""
    process = subprocess.Popen(
        [program, *command],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait() == -9
