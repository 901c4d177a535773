# SPDX-License-Identifier: Apache-2.0
"""`verger.Result` says of images what `verger similar` says of their files."""

import json

import numpy as np
import pytest
import verger as package
from conftest import UNTRAINED
from PIL import Image

pytestmark = pytest.mark.filterwarnings("ignore:UNTRAINED")


@pytest.fixture
def asked(result):
    """The result of the orchard, to be asked."""
    return package.Result(result, weights=UNTRAINED, threads=1)


def test_every_form_of_an_image_has_the_answer_of_its_file(verger, asked, result, paths, tmp_path):
    new = tmp_path / "new.png"
    Image.open(paths[3]).save(new)
    pixels = np.asarray(Image.open(new))
    forms = [new, str(new), f"file:{new}", new.read_bytes(), Image.open(new), pixels, pixels[::-1]]
    answers = asked.similar(forms, neighbors=4)
    (expected,) = json.loads(
        verger("similar", new, "--in", result, "--json", "--neighbors", 4).stdout
    )["queries"]
    assert answers[:3] == [expected] * 3
    assert answers[3:6] == [{**expected, "path": ""}] * 3
    assert answers[6]["neighbors"] != expected["neighbors"]
    assert expected["neighbors"][0]["path"] == f"file:{paths[3]}"


def test_more_images_than_a_command_line_takes(asked, paths, monkeypatch):
    monkeypatch.setattr("verger._result._MOST_CHARACTERS", 400)
    answers = asked.similar(iter(paths[:9]))
    assert [answer["path"] for answer in answers] == [f"file:{path}" for path in paths[:9]]
    assert asked.similar([]) == []


def test_an_image_that_cannot_be_read_is_told_among_the_others(asked, paths):
    bad, good = asked.similar([b"no image", paths[0].read_bytes()])
    assert bad["rejected"]["reason"] == "not-an-image"
    assert bad["path"] == ""
    assert good["neighbors"][0]["path"] == f"file:{paths[0]}"


def test_what_cannot_be_asked_is_an_exception(asked, result, paths, tmp_path):
    with pytest.raises(OSError, match=r"gone\.jpg"):
        asked.similar(["gone.jpg"])
    with pytest.raises(ValueError, match="list of images"):
        asked.similar("a.jpg")
    with pytest.raises(ValueError, match="one file"):
        asked.similar([paths[0].parent])
    with pytest.raises(ValueError, match="neighbors must be at least 1"):
        asked.similar(paths[:1], neighbors=0)
    shapes = [np.zeros(shape, np.uint8) for shape in ((4, 4), (0, 4, 3), (4, 4, 4))]
    for wrong in (7, np.zeros((4, 4, 3)), *shapes):
        with pytest.raises(ValueError, match=r"array of uint8|\[height, width, 3\]"):
            asked.similar([wrong])
    with pytest.raises(OSError, match="No result in"):
        package.Result(tmp_path).similar(paths[:1])
    with pytest.raises(package.ModelError, match="untrained:8"):
        package.Result(result, weights="untrained:8").similar([paths[0].read_bytes()])


def test_untrained_weights_are_warned_of(asked, paths):
    with pytest.warns(UserWarning, match="UNTRAINED WEIGHTS"):
        asked.similar(paths[:1])
