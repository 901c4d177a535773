# SPDX-License-Identifier: Apache-2.0
"""verger-emr: the life of an EMR cluster that runs verger-spark, from one command line.

Exit codes: 0 done; 1 the job on the cluster failed; 2 usage; 3 AWS, a file or a place cannot be
used; 130 interrupted.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from verger import __version__
from verger._secrets import check_no_credential
from verger.emr import cli_life, cli_look
from verger.emr.console import Console
from verger.emr.errors import AwsError, StepFailedError, UsageError
from verger.emr.run import TerminatedError

_EXIT_STEP, _EXIT_USAGE, _EXIT_AWS, _EXIT_INTERRUPTED = 1, 2, 3, 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="verger-emr", message="%(prog)s %(version)s")
def program() -> None:
    """Make, use and end an Amazon EMR cluster that turns photographs into tables.

    \b
    verger-emr plan examples/emr/m5.yaml --images 100000
    verger-emr run examples/emr/m5.yaml s3://bucket/Test s3://bucket/Results
    """


for command in (*cli_look.COMMANDS, *cli_life.COMMANDS):
    program.add_command(command)


def _end(signal_number: int, frame: object) -> NoReturn:
    raise TerminatedError


def _check_places(words: Sequence[str]) -> None:
    """Refuse a credential before anything can repeat it."""
    try:
        for word in words:
            check_no_credential(word)
    except ValueError as error:
        raise UsageError(str(error)) from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    own = words[: words.index("--")] if "--" in words else words
    console = Console(json_wanted="--json" in own)
    code, failure = _EXIT_AWS, ""
    signal.signal(signal.SIGTERM, _end)
    try:
        _check_places(words)
        done = int(program.main(words, prog_name="verger-emr", standalone_mode=False) or 0)
        sys.stdout.flush()  # what cannot be written is an error
        return done
    except click.ClickException as error:
        code, failure = _EXIT_USAGE, f"{error.format_message().rstrip('.')}."
    except UsageError as error:
        code, failure = _EXIT_USAGE, str(error)
    except StepFailedError as error:
        code, failure = _EXIT_STEP, str(error)
    except (AwsError, OSError) as error:
        failure = str(error)
    except (KeyboardInterrupt, click.Abort):
        code, failure = _EXIT_INTERRUPTED, "Interrupted."
    console.error(failure, code)
    return code


if __name__ == "__main__":
    sys.exit(main())
