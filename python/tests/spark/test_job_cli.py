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
from end_to_end.updates import Updated
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


def finished(*arguments, exit_code=0):
    """Run verger-spark to its end."""
    process = start([sys.executable, "-m", "verger.spark.cli", *arguments])
    out, err = process.communicate(timeout=200)
    assert process.returncode == exit_code, out + err
    return out, err


def test_a_run_from_a_shell(orchard, result, tmp_path):
    _, err = finished("run", orchard, tmp_path / "out", *CLI, *LOCAL)
    assert content(tmp_path / "out") == content(result)
    assert "60 listed = 60 with features + 0 rejected" in err
    assert "UNTRAINED WEIGHTS" in err
    assert (tmp_path / "out" / "report.html").exists()
    out, _ = finished("inspect", tmp_path / "out")
    assert "dimension after PCA" in out
    for words, told in ((["--help"], "script FILE"), (["update", "--help"], "--refit")):
        out, _ = finished(*words)
        assert told in out
    assert "--master" in out


def test_json_lines_end_with_the_summary(orchard, tmp_path):
    _, err = finished("run", orchard, tmp_path / "out", *CLI, *LOCAL, "--log-format", "json")
    events = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    assert events[-1]["event"] == "summary"
    assert events[-1]["counts"]["listed"] == 60
    assert events[-1]["spark"]["master"] == "local[2]"


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


def test_by_its_path_from_an_environment_that_is_not_active(orchard, result, tmp_path):
    (tmp_path / "python3").write_text("#!/bin/sh\nexit 9\n")
    (tmp_path / "python3").chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    process = start([sys.executable, "-m", "verger.spark.cli", "run", orchard, tmp_path / "out",
                     *CLI, *LOCAL], PATH=path, PYSPARK_PYTHON=None)  # fmt: skip
    _, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    assert content(tmp_path / "out") == content(result)


def test_a_python_of_the_workers_that_is_not_there_is_the_cause_told(orchard, tmp_path):
    process = start([sys.executable, "-m", "verger.spark.cli", "run", orchard, tmp_path / "out",
                     *CLI, *LOCAL], PYSPARK_PYTHON="/no/python3")  # fmt: skip
    _, err = process.communicate(timeout=200)
    assert process.returncode == 3, err
    (told,) = [line for line in err.splitlines() if line.startswith("verger: error: ")]
    assert "Spark gave up on the stage 'extract': " in told
    assert 'Cannot run program "/no/python3"' in told


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--variance", "2"], 2, "verger: error: --variance must be in (0, 1], not 2.0."),
        (["--parts", "x"], 2, "verger: error: Could not convert: --parts = x"),
        (["--resume", "--overwrite"], 2, "--overwrite and --resume exclude each other"),
        (["--components", "3", "--variance", "0.5"], 2, "excludes --components"),
        (["--conf", "x"], 2, "verger: error: --conf must be KEY=VALUE, not 'x'"),
        (["--master"], 2, "verger: error: Argument --master: expected one argument"),
        (["--pattern", "*.bmp"], 3, "verger: error: No file named '*.bmp' in or below file:"),
        (["--weights", "absent.h5"], 4, "absent.h5"),
    ],
)
def test_what_is_wrong_is_an_exit_code_and_a_sentence(orchard, tmp_path, arguments, code, message):
    weights = [] if "--weights" in arguments else ["--weights", UNTRAINED]
    command = ["run", orchard, tmp_path / "out", *weights, *arguments, *LOCAL]
    _, err = finished(*command, exit_code=code)
    assert message in err
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()


def test_an_update_from_a_shell(verger, orchard, tmp_path):
    updated = Updated(verger, orchard, tmp_path)
    updated.change(updated.images()[4])
    updated.images()[20].unlink()
    updated.add(3)
    update = ["update", updated.input, updated.output, "--weights", UNTRAINED, *LOCAL]
    _, err = finished(*update, "--variance", "0.5", exit_code=2)
    assert "was made with --variance 0.95, not 0.5; give the same, or make it anew with" in err
    _, out = finished(*update, "--refit", "always")
    assert "update finished" in out
    assert "28 kept, 3 added, 1 changed, 1 removed; 4 inferred" in out
    assert "2 kept, 2 written anew, 1 added, 0 removed" in out
    assert "fitted anew, k " in out
    assert "° at most" in out
    updated.check()
    _, out = finished(*update)
    assert "update: nothing to do" in out


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
