# SPDX-License-Identifier: Apache-2.0
"""Real photographs give the very pixels of Pillow 13."""

import os
from pathlib import Path

import PIL
import pytest
from parity.pixels.sides import ROOT, ask_pillow, ask_verger, describe_difference

SHARED = Path(os.environ.get("VERGER_SHARED", ROOT.parent / "shared"))
BATCH = 200


def compare(paths):
    """Return what differs, by path."""
    differing = {}
    for start in range(0, len(paths), BATCH):
        part = paths[start : start + BATCH]
        files = [path.read_bytes() for path in part]
        for path, file, ours in zip(part, files, ask_verger(files), strict=True):
            if difference := describe_difference(ours, ask_pillow(file)):
                differing[str(path)] = difference
    return differing


@pytest.fixture(scope="module")
def photographs():
    folder = SHARED / "fruits"
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png"})
    if not paths:
        pytest.skip(f"shared data absent: {folder}")
    return paths


def test_a_sample_of_the_photographs_has_the_pixels_of_pillow(photographs):
    assert compare(photographs[::20]) == {}


@pytest.mark.heavy
def test_all_photographs_have_the_pixels_of_pillow(photographs, note):
    assert compare(photographs) == {}
    note(
        stage="pixels",
        what="photographs",
        reference=f"Pillow {PIL.__version__}",
        cases=len(photographs),
        difference="0",
        bound="0",
    )
