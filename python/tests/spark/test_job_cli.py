# SPDX-License-Identifier: Apache-2.0
"""verger-spark, from a shell and by spark-submit."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import UNTRAINED
from end_to_end.updates import Updated, counts
from spark.job_support import CLI, PROGRAM, environment
from storage.results import content, leftovers

pytestmark = [pytest.mark.heavy, pytest.mark.spark]
LOCAL = ["--master", "local[2]", "--conf", "spark.ui.enabled=false"]


def start(command, **variables):
    """Start it, in a session of its own, with other variables; None takes one away."""
    settings = {**os.environ, **environment(), **variables}
    return subprocess.Popen(
        [*map(str, command)], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={name: text for name, text in settings.items() if text is not None},
        start_new_session=True,
    )  # fmt: skip


def finished(*arguments, exit_code=0, **variables):
    """Run verger-spark to its end, with other variables as in `start`."""
    process = start([sys.executable, "-m", "verger.spark.cli", *arguments], **variables)
    out, err = process.communicate(timeout=200)
    assert process.returncode == exit_code, out + err
    return out, err


def test_a_run_by_its_path_from_an_environment_that_is_not_active(orchard, result, tmp_path):
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 9\n")
    (tmp_path / "python3").chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    arguments = ["run", orchard, tmp_path / "out", *CLI, *LOCAL]
    _, err = finished(*arguments, PATH=path, PYSPARK_PYTHON=None)
    assert content(tmp_path / "out") == content(result)
    assert "60 listed = 60 with features + 0 rejected" in err
    assert "UNTRAINED WEIGHTS" in err
    assert (tmp_path / "out" / "report.html").exists()


def test_inspect_and_help_are_the_programs(result):
    for words, told in (
        (["inspect", result, "--json", *LOCAL], '"explained_variance_ratio"'),
        (["--help"], "script FILE"),
        (["update", "--help"], "--refit"),
        (["update", "--help"], "--master"),
    ):
        assert told in finished(*words)[0]


def test_one_file_is_given_to_spark_submit(orchard, result, tmp_path):
    script = tmp_path / "verger-spark.py"
    finished("script", script)
    submit = Path(sys.executable).with_name("spark-submit")
    command = [submit, *LOCAL[:2], "--conf", "spark.ui.enabled=false", script, "run", orchard]
    process = start([*command, tmp_path / "out", *CLI], PYTHONPATH="", VERGER_PROGRAM=str(PROGRAM))
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    assert content(tmp_path / "out") == content(result)
    assert "run finished" in out  # spark-submit merges the two


def test_a_python_of_the_workers_that_is_not_there_is_the_cause_told(orchard, tmp_path):
    arguments = ["run", orchard, tmp_path / "out", *CLI, *LOCAL]
    _, err = finished(*arguments, exit_code=3, PYSPARK_PYTHON="/no/python3")
    (told,) = [line for line in err.splitlines() if line.startswith("verger: error: ")]
    assert "Spark gave up on the stage 'extract': " in told
    assert 'Cannot run program "/no/python3"' in told


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--variance", "2"], 2, "verger: error: --variance must be above 0 and at most 1, not 2."),
        (["--parts", "x"], 2, "--parts must be between 1 and 100,000, not 'x'."),
        (["--resume", "--overwrite"], 2, "--overwrite and --resume exclude each other"),
        (
            ["--components", "3", "--variance", "0.5"],
            2,
            "--variance and --components exclude each other",
        ),
        (["--conf", "x"], 2, "verger: error: --conf must be KEY=VALUE, not 'x'"),
        (["--master"], 2, "verger: error: Argument --master: expected one argument"),
        (["--pattern", "*.bmp"], 3, "verger: error: No file named '*.bmp' in or below /"),
        (["--weights", __file__], 4, "is not an HDF5 file; give the weights that Keras saves"),
        (["--weights", "/absent.h5"], 4, "'/absent.h5' of --weights do not exist."),
    ],
)
def test_what_is_wrong_is_an_exit_code_and_a_sentence(orchard, tmp_path, arguments, code, message):
    weights = [] if "--weights" in arguments else ["--weights", UNTRAINED]
    _, err = finished(
        "run", orchard, tmp_path / "out", *weights, *arguments, *LOCAL, exit_code=code
    )
    assert message in err
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()


def test_an_update_from_a_shell_in_lines_of_json(verger, orchard, tmp_path):
    updated = Updated(verger, orchard, tmp_path)
    updated.change(updated.images()[4])
    updated.images()[20].unlink()
    updated.add(3)
    places = [updated.input, updated.output]
    _, err = finished("update", *places, "--weights", UNTRAINED, "--refit", "always",
                      "--log-format", "json", *LOCAL)  # fmt: skip
    events = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    assert events[-1]["event"] == "summary"
    assert events[-1]["spark"]["master"] == "local[2]"
    assert counts(events[-1]) == (28, 3, 1, 1, 4)
    assert events[-1]["update"]["refitted"]
    updated.check()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 130), (signal.SIGKILL, -9)])
def test_a_run_that_is_ended_is_resumed(verger, tmp_path, number, code):
    images, output = tmp_path / "Test", tmp_path / "out"
    verger("sample", images, "--images", 240, "--classes", 4, "--seed", 2)
    options = ["--weights", UNTRAINED, "--parts", 24]
    process = start([sys.executable, "-m", "verger.spark.cli", "run", images, output, *options,
                     *LOCAL])  # fmt: skip
    shards = output / "_verger" / "shards"
    while process.poll() is None and len(list(shards.glob("0*.json"))) < 3:
        time.sleep(0.02)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    if code == 130:
        assert "Interrupted." in err
        assert not leftovers(output)
    assert not (output / "_SUCCESS").exists()
    verger("run", images, output, *options, "--resume")
    verger("run", images, tmp_path / "undisturbed", *options)
    assert json.loads((output / "_verger/run.json").read_text())["shards"]["resumed"] >= 3
    assert content(output) == content(tmp_path / "undisturbed")
    verger("inspect", output)
