# SPDX-License-Identifier: Apache-2.0
"""Every kind of image gives the very pixels of Pillow 13, or is refused as Pillow refuses it."""

import io

import numpy as np
import PIL
import pytest
from parity.pixels import zoo
from parity.pixels.sides import ask_pillow, ask_verger, describe_difference
from PIL import Image


@pytest.fixture(scope="module")
def images():
    return zoo.all_images()


def differences(files, *arguments):
    """Return what differs, by name."""
    upright = "--exif-orientation" in arguments
    answers = ask_verger(list(files.values()), *arguments)
    compared = {
        name: describe_difference(ours, ask_pillow(file, upright))
        for (name, file), ours in zip(files.items(), answers, strict=True)
    }
    return {name: text for name, text in compared.items() if text}


def test_the_reference_is_pillow_13():
    assert PIL.__version__.startswith("13.")


def test_the_zoo_is_large_and_decodes(images):
    answers = {name: ask_pillow(file) for name, file in images.items()}
    assert len(images) >= 80
    assert [name for name, answer in answers.items() if not answer.pixels] == ["jpeg-no-end-marker"]


def test_the_zoo_has_the_pixels_of_pillow(images, note):
    assert differences(images) == {}
    note(
        stage="pixels",
        what="one image of every kind",
        reference=f"Pillow {PIL.__version__}",
        cases=len(images),
        difference="0",
        bound="0",
    )


def test_the_zoo_is_turned_upright_as_by_pillow(images):
    assert differences(images, "--exif-orientation") == {}


def test_sizes_of_all_proportions_have_the_pixels_of_pillow():
    generator = np.random.default_rng(11)
    sizes = {(1, 900), (900, 1), (223, 225), (225, 223), (224, 449), (449, 224), (448, 448)}
    sizes |= {tuple(map(int, np.exp(generator.uniform(0, 6.5, 2)))) for _ in range(60)}
    files = {
        f"{width}x{height}": zoo.saved(zoo.picture(width, height), "PNG") for width, height in sizes
    }
    assert differences(files) == {}


def test_large_images_have_the_pixels_of_pillow():
    small = zoo.picture(800, 600)
    files = {
        "wide.jpg": zoo.saved(small.resize((4000, 3000)), "JPEG"),
        "tall.jpg": zoo.saved(small.resize((3000, 4000)), "JPEG"),
        "wide.png": zoo.saved(small.resize((4000, 3000)), "PNG", compress_level=1),
    }
    assert differences(files) == {}


def test_reasons_of_rejection():
    jpeg = zoo.saved(zoo.picture(40, 40), "JPEG")
    png = zoo.saved(zoo.picture(40, 40), "PNG")
    others = {
        kind: zoo.saved(zoo.picture(20, 20), kind)
        for kind in ("GIF", "BMP", "TIFF", "WEBP", "AVIF", "JPEG2000", "ICO", "PPM", "TGA", "QOI")
    }
    files = {
        "empty": b"",
        "not-an-image": b"a plain text, which is no image",
        "truncated": jpeg[:400],
        "truncated ": png[:400],
        "corrupt": png[:20] + b"x" + png[21:],
        "corrupt ": jpeg[:20] + b"\xff\x02" + jpeg[20:],
        "zero-size": zoo.png(np.zeros((0, 3, 1), np.uint8), 8, 0),
        "unsupported-format": others["GIF"],
    }
    answers = ask_verger(list(files.values()))
    assert [answer.reason for answer in answers] == [name.strip() for name in files]
    for name, answer in zip(others, ask_verger(list(others.values())), strict=True):
        assert answer.reason == "unsupported-format", name
        expected = {"WEBP": "WebP", "JPEG2000": "JPEG 2000", "PPM": "Netpbm"}.get(name, name)
        assert expected in answer.message


def test_every_truncation_is_judged_as_by_pillow():
    photograph = zoo.picture(24, 20)
    for file in (
        zoo.saved(photograph, "JPEG"),
        zoo.saved(photograph, "JPEG", progressive=True),
        zoo.saved(photograph, "PNG"),
    ):
        cuts = {str(size): file[:size] for size in range(1, len(file) + 1)}
        assert differences(cuts) == {}


def test_a_decompression_bomb_is_rejected_before_it_is_unpacked():
    buffer = io.BytesIO()
    Image.new("1", (30000, 6000)).save(buffer, "PNG")
    (answer,) = ask_verger([buffer.getvalue()])
    assert answer.reason == "too-large"
    assert ask_pillow(buffer.getvalue()).reason == "DecompressionBombError"
