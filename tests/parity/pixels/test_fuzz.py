# SPDX-License-Identifier: Apache-2.0
"""Damaged images: both sides decode or refuse the same ones, to the same pixels."""

import re
import struct

import PIL
import pytest
from parity.pixels import mutations, zoo
from parity.pixels.sides import ask_pillow, ask_verger, describe_difference

PROGRESSIVE = {0xC2, 0xCA}  # frames
SCAN = 0xDA
END_OF_IMAGE = 0xD9
BATCH = 200
SMALL = 20_000


@pytest.fixture(scope="module")
def seeds():
    return {name: file for name, file in zoo.all_images().items() if len(file) < SMALL}


def segments(jpeg):
    """Yield the marker and body of each segment, up to the end of the image."""
    at = 2
    while segment := re.search(rb"\xff+([^\x00\xff\xd0-\xd7])", jpeg[at:]):
        marker, at = segment[1][0], at + segment.end()
        if marker == END_OF_IMAGE:
            return
        (length,) = struct.unpack(">H", jpeg[at : at + 2])
        yield marker, jpeg[at + 2 : at + length]
        at += length


def has_missing_scans(jpeg):
    """Whether the scans of a progressive JPEG leave coefficients unknown.

    libjpeg-turbo estimates those from the neighbouring blocks, and before 3.0.1 it did so
    differently at the edges of some images (see docs/numerics.md).
    """
    missing = {}  # (component, coefficient): bits
    for marker, body in segments(jpeg):
        if marker in PROGRESSIVE:
            missing = {(c, i): 1 for c in body[6::3] for i in range(10)}
        elif marker == SCAN:
            first, last, bits = body[-3:]
            for component in body[1:-3:2]:
                for coefficient in range(first, min(last, 9) + 1):
                    missing[component, coefficient] = bits & 15
    return any(missing.values())


def is_progressive(file):
    """Whether a JPEG has a progressive frame."""
    return file.startswith(b"\xff\xd8") and (b"\xff\xc2" in file or b"\xff\xca" in file)


def unexplained(seeds, count, seed):
    """Return the differences without a known ground, and how many mutants Pillow decodes."""
    mutants = list(mutations.mutants(seeds, count, seed))
    differences, decoded = [], 0
    for start in range(0, count, BATCH):
        part = mutants[start : start + BATCH]
        answers = ask_verger([file for _, file in part])
        for (name, file), ours in zip(part, answers, strict=True):
            theirs = ask_pillow(file)
            decoded += theirs.pixels is not None
            difference = describe_difference(ours, theirs)
            is_estimate = ours.pixels and theirs.pixels and is_progressive(file)
            if difference and not (is_estimate and has_missing_scans(file)):
                differences.append(f"{name}: {difference}")
    return differences, decoded


def test_a_few_hundred_damaged_images_are_judged_as_by_pillow(seeds):
    differences, decoded = unexplained(seeds, 600, seed=2026)
    assert differences == []
    assert decoded > 100


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(5))
def test_thousands_of_damaged_images_are_judged_as_by_pillow(seeds, seed, note):
    differences, decoded = unexplained(seeds, 3000, seed)
    assert differences == []
    assert decoded > 500
    note(
        stage="pixels",
        what="damaged images: decoded or refused, and pixels",
        reference=f"Pillow {PIL.__version__}",
        cases=3000,
        difference="0",
        bound="0",
    )


def test_complete_progressive_files_have_no_missing_scans(seeds):
    names = [name for name in seeds if "progressive" in name]
    assert len(names) > 20
    assert [name for name in names if has_missing_scans(seeds[name])] == []
