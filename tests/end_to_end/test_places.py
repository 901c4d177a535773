# SPDX-License-Identifier: Apache-2.0
"""Whatever people read names places as they typed them."""

import shutil
import subprocess
import sys

import pytest
from conftest import UNTRAINED
from crew.crews import EXAMPLE, path_of
from end_to_end.tables import read_table

WEIGHTS = ("--weights", UNTRAINED)


@pytest.fixture(scope="module")
def here(orchard, result, tmp_path_factory):
    """A folder to type places from: photographs in Test, and a result of theirs in Results."""
    folder = tmp_path_factory.mktemp("here")
    shutil.copytree(orchard, folder / "Test")
    shutil.copytree(result, folder / "Results")
    (folder / "plain").write_text("no folder")
    (folder / "bad.h5").write_text("no weights")
    (folder / "Odd").mkdir()
    shutil.copy(next(orchard.rglob("*.jpg")), folder / "Odd" / "a.jpg")
    # Listed as a file of 4 KiB, but reading it fails, whoever asks.
    (folder / "Odd" / "b.jpg").symlink_to("/sys/bus/cpu/drivers_probe")
    return folder


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (("run", "Nowhere", "out"), 3, "Cannot list Nowhere: no such file or directory."),
        (("run", "./Nowhere/", "out"), 3, "Cannot list ./Nowhere/: no such file"),
        (("run", "Test", "plain/out", *WEIGHTS), 3, "plain/out: not a directory."),
        (("run", "Test", "Results", *WEIGHTS), 3, "The output Results already holds"),
        (("run", "plain", "out"), 3, "Cannot list plain: not a directory."),
        (("run", "Test", "out", "--weights", "bad.h5"), 4, "bad.h5"),
        (("run", "Odd", "out", "--strict", *WEIGHTS), 3,
         "Odd/b.jpg is rejected (unreadable): Cannot read Odd/b.jpg: "),
        (("run", "Test", "few", "--pattern", "*.bmp"), 3, "No file named '*.bmp' in or below Test"),
        (("reduce", "Nowhere"), 3, "No features table in Nowhere: "),
        (("apply", "Test", "out", "--model", "Test"), 4, "No model in Test"),
        (("update", "Test", "Nowhere"), 3, "No result in Nowhere: "),
        (("inspect", "Nowhere"), 3, "No result in Nowhere: "),
        (("report", "Nowhere"), 3, "Cannot read Nowhere/_verger/run.json: "),
        (("report", "Results", "--output", "plain/x"), 3, "Cannot write plain: not a directory."),
        (("similar", "Nowhere", "--in", "Results"), 3, "Cannot list Nowhere: "),
        (("duplicates", "Nowhere"), 3, "Nowhere"),
        (("pack", "Nowhere", "packed"), 3, "Cannot list Nowhere: "),
        (("pack", "Test", "Results"), 3, "Results is not empty"),
        (("sample", "Test"), 3, "'Test' is not empty; "),
    ],
)  # fmt: skip
def test_errors(verger, here, words, exit_code, said):
    told = verger(*words, cwd=here, exit_code=exit_code)
    assert said in told.stderr
    assert "file:" not in told.stdout + told.stderr
    assert str(here) not in told.stderr


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (("inspect", "Results"), "Results\n  made by verger run from /"),
        (("inspect", "./Results/"), "./Results/\n  made by verger run from /"),
        (("duplicates", "Results", "--no-pixels"), ""),
        (("similar", "Odd/a.jpg", "--in", "Results", *WEIGHTS), "Odd/a.jpg\n  votes: "),
        (("similar", "Odd/b.jpg", "Test", "--in", "Results", *WEIGHTS),
         "Odd/b.jpg\n  not read (unreadable): Cannot read Odd/b.jpg: "),
        (("report", "Results"), "Results/report.html\n"),
    ],
)  # fmt: skip
def test_answers(verger, here, words, first):
    told = verger(*words, cwd=here, exit_code=None)
    assert told.stdout.startswith(first), told.stderr
    without_head = told.stdout.partition("head of the features")[0]  # the cells of a table
    assert "file:" not in without_head + told.stderr


def test_summaries(verger, here):
    told = verger("run", "Odd", "Few", "--dry-run", *WEIGHTS, cwd=here).stdout
    assert "2 in Odd, of which 2 would be read" in told
    told = verger("extract", "Odd", "./Few", *WEIGHTS, cwd=here).stdout
    assert "output       ./Few\n" in told
    assert "report       ./Few/report.html\n" in told


def test_tables_do_not_tell_how_the_input_was_typed(verger, here):
    for number, typed in enumerate(("Odd", "./Odd/", here / "Odd")):
        verger("extract", typed, f"Typed{number}", *WEIGHTS, cwd=here)
    tables = [read_table(here / f"Typed{number}" / "rejected") for number in range(3)]
    assert tables[0] == tables[1] == tables[2]
    (rejected,) = tables[0].to_pylist()
    assert rejected["path"] == f"file:{here}/Odd/b.jpg"
    assert rejected["message"].startswith(f"Cannot read file:{here}/Odd/b.jpg: ")


def test_workers_name_places_as_whoever_started_the_run(program, here, tmp_path):
    environment = path_of(tmp_path / "bin", program)
    command = [sys.executable, EXAMPLE, "--", "run", "Odd", "Crew", "--strict", *WEIGHTS]
    done = subprocess.run(
        command, cwd=here, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert "Odd/b.jpg is rejected (unreadable): Cannot read Odd/b.jpg: " in done.stderr
    assert "file:" not in done.stderr
