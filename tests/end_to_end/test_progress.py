# SPDX-License-Identifier: Apache-2.0
"""On a terminal every long phase shows how far it is, in one line that is drawn over."""

import os
import pty
import shutil
import subprocess

import pytest
from conftest import UNTRAINED

COLUMNS = 90
CLEAR = "\r\x1b[2K"


def read_all(terminal):
    """What was written to a terminal, until nobody has it open any more."""
    pieces = []
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # how a terminal says that it was closed
            return b"".join(pieces).decode()
        pieces.append(piece)


@pytest.fixture
def frames(program):
    """A function that runs the program on a terminal: what its last line was, again and again."""

    def run(*arguments):
        ours, its = pty.openpty()
        environment = os.environ | {"TERM": "xterm", "COLUMNS": str(COLUMNS), "LC_ALL": "C.UTF-8"}
        command = [program, *map(str, arguments)]
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=its, env=environment
        ) as it:
            os.close(its)
            told = read_all(ours)
        os.close(ours)
        assert it.returncode == 0, told
        shown = [line for frame in told.split(CLEAR) for line in frame.splitlines()]
        assert CLEAR not in told.rpartition(CLEAR)[2]  # no bar stays behind
        assert not [
            line for line in shown if not line.startswith("verger: ") and len(line) >= COLUMNS
        ]
        return shown

    return run


def bars(shown, stage):
    """What was shown of a stage while it went on, with its bar cut off."""
    return [
        line.rpartition("─ ")[2] if "─" in line else line
        for line in shown
        if line.startswith(stage + " ") and " in " not in line
    ]


def last_of(shown, stage):
    """The line that a stage left behind."""
    (line,) = [line for line in shown if line.startswith(stage + "  ") and " in " in line]
    return line


def test_a_run_shows_its_listing_its_images_and_what_counts_nothing(frames, orchard, tmp_path):
    shown = frames("run", orchard, tmp_path / "out", "--weights", UNTRAINED, "--parts", 4)
    assert bars(shown, "list")[0] == "list  0 images  0.00/s  0 rejected"
    first = bars(shown, "extract")[0]
    assert first.strip() == "0/60 images  0.00/s  0 rejected"
    assert last_of(shown, "extract").startswith("extract  60 images in ")
    assert last_of(shown, "project").startswith("project  4 parts in ")
    for stage in ("fit", "report"):  # whose time alone is told
        assert bars(shown, stage)[0] == f"{stage}  0.0 s"


def test_an_update_shows_its_comparison(frames, verger, orchard, tmp_path):
    folder = shutil.copytree(orchard, tmp_path / "Test")
    verger("run", folder, tmp_path / "out", "--weights", UNTRAINED, "--parts", 4)
    next(folder.rglob("*.jpg")).unlink()
    shown = frames("update", folder, tmp_path / "out", "--weights", UNTRAINED)
    assert bars(shown, "compare")[0].strip() == "0/4 steps  0.00/s  0 rejected"
    assert last_of(shown, "compare").startswith("compare  4 steps in ")


def test_a_search_for_copies_shows_its_comparison_and_its_pixels(frames, verger, tmp_path):
    folder = tmp_path / "Test"
    verger("sample", folder, "--images", 40, "--classes", 4, "--seed", 5)
    picture = next(folder.rglob("*.jpg"))
    shutil.copy(picture, picture.parent / "copy.jpg")
    verger("run", folder, tmp_path / "out", "--weights", UNTRAINED)
    # Untrained features mean nothing, so every pair is looked at.
    shown = frames("duplicates", tmp_path / "out", "--similarity", -1)
    assert bars(shown, "compare")[0].strip() == "0/82 steps  0.00/s  0 rejected"
    assert last_of(shown, "compare").startswith("compare  82 steps in ")
    assert "/" in bars(shown, "pixels")[0]
    assert " pair" in last_of(shown, "pixels")


def test_other_phases_that_grow_with_a_result_show_themselves(frames, orchard, result, tmp_path):
    fruit = next(orchard.rglob("*.jpg"))
    (tmp_path / "new").mkdir()
    for name in ("a.jpg", "b.jpg"):
        shutil.copy(fruit, tmp_path / "new" / name)
    copy = shutil.copytree(result, tmp_path / "copy")
    shutil.rmtree(copy / "_verger" / "search", ignore_errors=True)
    shown = frames("similar", tmp_path / "new", "--in", copy, "--weights", UNTRAINED)
    assert bars(shown, "familiarity")[0] == "familiarity  0 rows  0.00/s  0 rejected"
    assert last_of(shown, "similar").startswith("similar  2 images in ")
    shown = frames("similar", "--confusions", "--in", result)
    assert bars(shown, "confusions")[0].strip() == "0/60 rows  0.00/s  0 rejected"
    shown = frames("inspect", result)
    assert " file" in bars(shown, "inspect")[0]
    shown = frames("pack", orchard, tmp_path / "packed")
    assert bars(shown, "list")[0] == "list  0 images  0.00/s  0 rejected"
    assert last_of(shown, "pack").startswith("pack  60 images in ")
    assert bars(frames("report", copy), "report")[0] == "report  0.0 s"
