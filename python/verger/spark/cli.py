# SPDX-License-Identifier: Apache-2.0
"""verger-spark: the program's commands as Spark applications, from a shell or by spark-submit.

    verger-spark run INPUT OUTPUT --master spark://host:7077
    spark-submit --master yarn … verger-spark.py run INPUT OUTPUT

The options are those of the program's commands, which reads them itself, and so are the exit codes:
0 done, 1 the check found a fault, 2 usage, 3 input or output unusable, 4 model unusable, 130
interrupted. Only --master and --conf are of this program.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from verger._program import find_program
from verger._secrets import check_no_credential
from verger.spark._script import write_script
from verger.spark.job.crew import Crew
from verger.spark.job.program import Driver

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS = ("run", "extract", "reduce", "apply", "update", "inspect")
_EXIT_USAGE, _EXIT_IO, _EXIT_INTERRUPTED = 2, 3, 130
_USAGE = """verger-spark COMMAND [OPTIONS]: the program's commands as Spark applications

  run, extract, reduce, apply, update   as 'verger COMMAND', the shards being tasks of Spark
  inspect                               as 'verger inspect', the executors reading the files
  script FILE                           write verger-spark into one file for spark-submit
  --version                             of the program

'verger-spark COMMAND --help' shows a command's options.
"""


def _spark_options() -> argparse.ArgumentParser:
    """Return the parser of the options that are not the program's."""
    options = argparse.ArgumentParser(usage=argparse.SUPPRESS, add_help=False, allow_abbrev=False)
    spark = options.add_argument_group("Spark")
    spark.add_argument(
        "--master", metavar="URL",
        help="local[4], spark://host:7077, yarn (default: spark-submit's, else local[*])",
    )  # fmt: skip
    spark.add_argument(
        "--conf", metavar="KEY=VALUE", action="append", default=[],
        help="a setting of Spark; may be given again",
    )  # fmt: skip
    spark.add_argument(
        "--threads", type=int, metavar="N",
        help="images worked on at once by a task (default: spark.task.cpus)",
    )  # fmt: skip
    spark.add_argument("--log-format", default="text", help=argparse.SUPPRESS)
    return options


def _session(master: str | None, settings: list[str]) -> Any:
    from pyspark.sql import SparkSession  # noqa: PLC0415 - wanted when the options are right

    builder = SparkSession.builder.appName("verger")
    if master:
        builder = builder.master(master)
    for setting in settings:
        key, _, value = setting.partition("=")
        builder = builder.config(key, value)
    return builder.getOrCreate()


def _drive(words: list[str], options: argparse.Namespace) -> int:
    """Run the program with Spark as its crew; return the exit code. What is wrong, it has said."""
    with Driver(words) as driver:
        try:
            if not driver.begin():
                return driver.wait()
            spark = _session(options.master, options.conf)
        except BaseException:
            driver.kill()  # it has begun nothing, and has nothing to tell of it
            raise
        try:
            end = Crew(driver, spark.sparkContext, options.threads).serve()
            if end is not None and words[0] == "inspect" and "--json" in words:
                print(json.dumps(end.get("record"), indent=2, ensure_ascii=False))
        except KeyboardInterrupt:
            pass  # which is its exit code as well
        finally:
            spark.stop()
        code = driver.wait()
        if code < 0:
            raise driver.error(code)
        return code


def _words_of(arguments: Sequence[str]) -> tuple[list[str], argparse.Namespace]:
    """Return what is for the program, and the options of Spark."""
    parser = _spark_options()
    parser.error = _usage  # type: ignore[method-assign]
    options, words = parser.parse_known_args(arguments)
    for setting in options.conf:
        if "=" not in setting:
            _usage(f"--conf must be KEY=VALUE, not '{setting}'")
    if options.threads is not None:
        words[1:1] = ["--threads", str(options.threads)]
    words[1:1] = ["--log-format", options.log_format]
    return words, options


def _usage(message: str) -> NoReturn:
    raise ValueError(f"{message[:1].upper()}{message[1:]}; see 'verger-spark --help'.")


def _run(arguments: Sequence[str]) -> int:
    command, rest = (arguments[0] if arguments else "--help"), list(arguments[1:])
    if command in ("--help", "-h"):
        print(_USAGE, end="")
    elif command == "script" and len(rest) == 1:
        write_script(Path(rest[0]))
    elif command == "--version":
        return subprocess.call([find_program(), command, *rest])
    elif command not in _COMMANDS:
        _usage(f"there is no command '{command}'")
    elif {"--help", "-h"} & set(rest):
        subprocess.call([find_program(), command, "--help"])
        print(_spark_options().format_help())
    else:
        words, options = _words_of(arguments)
        _check_installed()
        return _drive(words, options)
    return 0


def _check_installed() -> None:
    """ValueError when Spark cannot be started here, with the mend."""
    if importlib.util.find_spec("pyspark") is None:
        raise ValueError(
            "verger-spark needs pyspark, which needs Java: pip install pyspark, and apt install "
            "default-jre-headless or the like."
        )
    home = os.environ.get("JAVA_HOME")
    begun = "PYSPARK_GATEWAY_PORT" in os.environ  # by spark-submit, which is Java
    if not begun and shutil.which(f"{home}/bin/java" if home else "java") is None:
        where = f"JAVA_HOME names {home}, where none is" if home else "there is none on the PATH"
        raise ValueError(
            f"Spark needs Java, and {where}: apt install default-jre-headless or the like, or set "
            "JAVA_HOME to where it is."
        )


def _interrupted(signal_number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        for word in words:
            check_no_credential(word)
        return _run(words)
    except KeyboardInterrupt:
        code, failure = _EXIT_INTERRUPTED, "Interrupted."
    except ValueError as error:
        code, failure = _EXIT_USAGE, str(error)
    except Exception as error:  # Spark raises many kinds where a session cannot be had.
        code, failure = _EXIT_IO, " ".join(str(error).split())
    if "json" in " ".join(words).partition("--log-format")[2][:5]:
        told = json.dumps({"event": "error", "message": failure, "exit_code": code})
    else:
        told = f"verger: error: {failure}"
    print(told, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
