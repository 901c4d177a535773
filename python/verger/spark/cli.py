"""verger-spark: the job of verger.spark.run from a shell, alone or given to spark-submit.

    verger-spark run INPUT OUTPUT --master spark://host:7077
    spark-submit --master yarn .../verger/spark/cli.py run INPUT OUTPUT

The options are those of ``verger run``, and so are the exit codes: 0 done, 2 usage, 3 input or
output unusable, 4 model unusable, 130 interrupted.
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

_EXIT_USAGE, _EXIT_IO, _EXIT_MODEL, _EXIT_INTERRUPTED = 2, 3, 4, 130
_NOT_OPTIONS = ("command", "input", "output", "master", "log_format", "spark_conf")

# Group, flag, and what argparse wants of it.
_OPTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Input", "--pattern", {"help": "take files whose name matches this glob (default: jpg, jpeg, "
                            "png in any case)"}),
    ("Input", "--recursive", {"action": argparse.BooleanOptionalAction,
                              "help": "descend into sub-folders (default)"}),
    ("Input", "--max-pixels", {"type": int, "help": "reject images of more pixels than this"}),
    ("Input", "--exif-orientation", {"action": "store_true",
                                     "help": "turn images upright as their EXIF tag says"}),
    ("Input", "--strict", {"action": "store_true",
                           "help": "fail at the first image that must be rejected"}),
    ("Network", "--weights", {"help": "Keras' MobileNetV2 weights (HDF5), or untrained:SEED for a "
                              "demonstration (default: $VERGER_WEIGHTS, Keras' cache, download)"}),
    ("Network", "--precision", {"choices": ["f32", "bf16"], "help": "arithmetic of the network"}),
    ("Network", "--model", {"metavar": "FILE.onnx",
                            "help": "an ONNX model from image to vector, in place of MobileNetV2"}),
    ("Reduction", "--variance", {"type": float, "help": "keep this share of the variance"}),
    ("Reduction", "--components", {"type": int, "help": "keep this many components instead"}),
    ("Reduction", "--standardize", {"action": argparse.BooleanOptionalAction,
                                    "help": "divide each feature by its deviation (default)"}),
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
    top = _Parser(prog="verger-spark", description="verger run, as a Spark application")
    top.add_argument("--version", action="version", version=f"verger-spark {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="run")
    run = commands.add_parser(
        "run",
        help="photographs to features and to reduced tables",
        argument_default=argparse.SUPPRESS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="example:\n  verger-spark run s3://bucket/Test s3://bucket/Results "
        "--master spark://host:7077",
    )
    run.add_argument("input", metavar="INPUT", help="folder of photographs, one sub-folder a class")
    run.add_argument("output", metavar="OUTPUT", help="folder for the tables")
    groups: dict[str, Any] = {}
    for group, flag, settings in _OPTIONS:
        if group not in groups:
            groups[group] = run.add_argument_group(group)
        groups[group].add_argument(flag, **settings)
    spark = run.add_argument_group("Spark")
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
    return top


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
    options = run_options(given)
    if importlib.util.find_spec("pyspark") is None:
        raise ValueError("verger-spark needs pyspark; install it by: pip install 'verger[spark]'.")
    spark = _session(arguments)
    try:
        return run_job(spark, arguments.input, arguments.output, options, console)
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


def _summary(record: dict[str, Any]) -> str:
    counts, reduction = record["counts"], record["reduction"]
    reasons = ", ".join(f"{n:,} {reason}" for reason, n in counts["rejected_by_reason"].items())
    rejected = f"{counts['rejected']:,} rejected" + (f" ({reasons})" if reasons else "")
    seconds = ", ".join(f"{stage} {time:.1f} s" for stage, time in record["seconds"].items())
    rows = {
        "images": f"{counts['listed']:,} listed = {counts['features']:,} with features + "
        f"{rejected}",
        "components": f"{reduction['k']:,} of {record['width']:,}, keeping "
        f"{100 * reduction['cumulative']:.2f} % of the variance",
        "network": f"{record['model']['name']}, {record['model']['weights']}, "
        f"{record['model']['precision']}, {record['model']['engine']}",
        "time": seconds,
        "Spark": f"{record['spark']['version']}, {record['spark']['master']}, "
        f"{record['spark']['application']}",
        "output": record["output"],
    }
    if "warning" in record:
        rows["WARNING"] = "untrained weights: the features mean nothing"
    return "\nrun finished\n" + "\n".join(f"  {name:<12} {text}" for name, text in rows.items())


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
            print(_summary(record))
        return 0
    console.event("error", failure, exit_code=code)
    return code


if __name__ == "__main__":
    sys.exit(main())
