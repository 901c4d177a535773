"""verger-spark: the jobs of verger.spark.run and update from a shell, alone or by spark-submit.

    verger-spark run INPUT OUTPUT --master spark://host:7077
    verger-spark update INPUT OUTPUT --master spark://host:7077
    spark-submit --master yarn .../verger/spark/cli.py run INPUT OUTPUT

The options are those of ``verger run`` and ``verger update``, and so are the exit codes: 0 done,
2 usage, 3 input or output unusable, 4 model unusable, 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import signal
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from verger._verger import ModelError, __version__, run_options
from verger.spark.job.console import Console
from verger.spark.job.road import run_job
from verger.spark.job.summary import summary
from verger.spark.job.update_check import REFITS, check_options
from verger.spark.job.update_road import update_job

_EXIT_USAGE, _EXIT_IO, _EXIT_MODEL, _EXIT_INTERRUPTED = 2, 3, 4, 130
_NOT_OPTIONS = ("command", "input", "output", "refit", "master", "log_format", "spark_conf")
_OF_RUN_ALONE = ("--overwrite", "--resume", "--parts")
_OF_UPDATE_ALONE = ("--refit",)

# Group, flag, and what argparse wants of it.
_OPTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Input", "--pattern", {"help": "take files whose name matches this glob (default: jpg, jpeg, "
                            "png in any case)"}),
    ("Input", "--recursive", {"action": argparse.BooleanOptionalAction,
                              "help": "descend into sub-folders (default)"}),
    ("Input", "--label-column", {"metavar": "NAME", "help": "of packed inputs: the column of a "
                                 "table, or the ending of a tar's members, with the labels"}),
    ("Input", "--max-pixels", {"type": int, "help": "reject images of more pixels than this"}),
    ("Input", "--exif-orientation", {"action": "store_true",
                                     "help": "turn images upright as their EXIF tag says"}),
    ("Input", "--fast-decode", {"action": "store_true",
                                "help": "inexact: decode large JPEGs at a fraction of their size"}),
    ("Input", "--strict", {"action": "store_true",
                           "help": "fail at the first image that must be rejected"}),
    ("Network", "--weights", {"help": "Keras' MobileNetV2 weights (HDF5), or untrained:SEED for a "
                              "demonstration (default: $VERGER_WEIGHTS, Keras' cache, download)"}),
    ("Network", "--precision", {"choices": ["f32", "f32x3", "bf16"],
                                "help": "arithmetic of the network"}),
    ("Network", "--model", {"metavar": "FILE.onnx",
                            "help": "an ONNX model from image to vector, in place of MobileNetV2"}),
    ("Reduction", "--variance", {"type": float, "help": "keep this share of the variance"}),
    ("Reduction", "--components", {"type": int, "help": "keep this many components instead"}),
    ("Reduction", "--standardize", {"action": argparse.BooleanOptionalAction,
                                    "help": "divide each feature by its deviation (default)"}),
    ("Reduction", "--refit", {"choices": REFITS, "default": "auto",
                              "help": "fit the model anew: auto (default): when rows of features "
                              "came, went or changed; always; never: new rows are projected by the "
                              "model that is there"}),
    ("Output", "--overwrite", {"action": "store_true", "help": "replace the tables in OUTPUT"}),
    ("Output", "--layout", {"choices": ["tables", "notebook"], "help": "where the tables go"}),
    ("Output", "--resume", {"action": "store_true", "help": "go on with an interrupted run in "
                            "OUTPUT, of this program or of verger: finished shards are kept"}),
    ("Output", "--parts", {"type": int, "help": "part files a table, each a task of Spark (default "
                           "24, more past 4,096 rows each)"}),
    ("Storage", "--s3-endpoint", {"metavar": "URL", "help": "server of s3:// places"}),
    ("Storage", "--s3-region", {"help": "region of the buckets"}),
    ("Storage", "--s3-addressing", {"choices": ["path", "virtual"], "help": "how buckets are named "
                                    "to the server"}),
    ("Storage", "--s3-anonymous", {"action": "store_true", "help": "read public buckets without "
                                   "credentials"}),
    ("Storage", "--retries", {"type": int, "help": "retries of a request that failed"}),
    ("Storage", "--reads-in-flight", {"type": int, "help": "images read at once by a task "
                                      "(default: 64 from S3, 4 from a disk)"}),
    ("Run", "--threads", {"type": int, "help": "images worked on at once by a task (default: "
                          "spark.task.cpus)"}),
)  # fmt: skip


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in the form of verger's other errors."""

    def error(self, message: str) -> NoReturn:
        Console().event("error", f"{message[:1].upper()}{message[1:]}. Run with --help for more.")
        raise SystemExit(_EXIT_USAGE)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = _Parser(prog="verger-spark", description="verger run and update, as Spark applications")
    top.add_argument("--version", action="version", version=f"verger-spark {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="run|update")
    run = _add_command(
        commands,
        "run",
        "photographs to features and to reduced tables",
        "example:\n  verger-spark run s3://bucket/Test s3://bucket/Results "
        "--master spark://host:7077",
    )
    run.add_argument("output", metavar="OUTPUT", help="folder for the tables")
    _add_options(run, _OF_UPDATE_ALONE)
    update = _add_command(
        commands,
        "update",
        "a result of run up to date with its photographs",
        "Only photographs that are new or changed are read; the rows of those that are gone are\n"
        "left out. Options that are not given are those that OUTPUT was made with; others are\n"
        "refused, as are other weights.",
    )
    update.add_argument("output", metavar="OUTPUT", help="what run made of them before")
    _add_options(update, _OF_RUN_ALONE)
    return top


def _add_command(commands: Any, name: str, what: str, more: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=what,
        argument_default=argparse.SUPPRESS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=more,
    )
    command.add_argument(
        "input", metavar="INPUT", help="folder of photographs, one sub-folder a class"
    )
    return command


def _add_options(command: argparse.ArgumentParser, without: Sequence[str]) -> None:
    groups: dict[str, Any] = {}
    for group, flag, settings in _OPTIONS:
        if flag in without:
            continue
        if group not in groups:
            groups[group] = command.add_argument_group(group)
        groups[group].add_argument(flag, **settings)
    spark = command.add_argument_group("Spark")
    spark.add_argument(
        "--master", metavar="URL", default=None,
        help="local[4], spark://host:7077, yarn (default: spark-submit's, else local[*])",
    )  # fmt: skip
    spark.add_argument(
        "--conf", metavar="KEY=VALUE", action="append", default=[], dest="spark_conf",
        help="a setting of Spark; may be given again",
    )  # fmt: skip
    spark.add_argument("--log-format", choices=["text", "json"], default="text",
                       help="json: one object a line on standard error")  # fmt: skip


def _session(arguments: argparse.Namespace) -> Any:
    from pyspark.sql import SparkSession  # noqa: PLC0415 - wanted when the options are right

    builder = SparkSession.builder.appName("verger")
    if arguments.master:
        builder = builder.master(arguments.master)
    for setting in arguments.spark_conf:
        key, equals, value = setting.partition("=")
        if not equals:
            raise ValueError(f"--conf must be KEY=VALUE, not '{setting}'.")
        builder = builder.config(key, value)
    return builder.getOrCreate()


def _run(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    given = {k: v for k, v in vars(arguments).items() if k not in _NOT_OPTIONS}
    if "components" in given and "variance" in given:
        raise ValueError("--components and --variance exclude each other.")
    is_run = arguments.command == "run"
    options = run_options(given) if is_run else check_options(given, arguments.refit)
    if importlib.util.find_spec("pyspark") is None:
        raise ValueError("verger-spark needs pyspark; install it by: pip install 'verger[spark]'.")
    spark = _session(arguments)
    try:
        places = arguments.input, arguments.output
        if is_run:
            return run_job(spark, *places, options, console)
        return update_job(spark, places, given, arguments.refit, console)
    finally:
        spark.stop()


def _with_flags(message: str) -> str:
    """Name options as flags; the library's messages about options begin with their keywords."""
    names = {flag[2:].replace("-", "_"): flag for _, flag, _ in _OPTIONS}
    return re.sub(
        r"^\w+( and \w+)?",
        lambda words: " and ".join(names.get(word, word) for word in words[0].split(" and ")),
        message,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parsed = parser().parse_args(arguments)
    console = Console(parsed.log_format)
    code, failure = _EXIT_IO, ""
    ended = False

    def end(signal_number: int, frame: object) -> NoReturn:
        nonlocal ended
        ended = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    try:
        record = _run(parsed, console)
    except KeyboardInterrupt:
        code, failure = _EXIT_INTERRUPTED, "Interrupted."
    except ModelError as error:
        code, failure = _EXIT_MODEL, str(error)
    except ValueError as error:
        code, failure = _EXIT_USAGE, _with_flags(str(error))
    except (OSError, RuntimeError) as error:
        failure = str(error)
        if ended:  # Py4J may make a lost connection of it
            code, failure = _EXIT_INTERRUPTED, "Interrupted."
    else:
        if console.json:
            console.line("", {"event": "summary", **record})
        else:
            print(summary(record))
        return 0
    console.event("error", failure, exit_code=code)
    return code


if __name__ == "__main__":
    sys.exit(main())
