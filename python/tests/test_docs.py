# SPDX-License-Identifier: Apache-2.0
"""What docs/python.md shows works as it stands."""

import re

import pytest
import verger as package
from arrays import same_bits
from conftest import ROOT

PAGE = ROOT / "docs" / "python.md"


@pytest.fixture
def names(orchard, result, tmp_path, monkeypatch):
    """What the examples of the page leave, run one after another on the orchard."""
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 4
    (tmp_path / "Photographs").symlink_to(orchard)
    (tmp_path / "Results").symlink_to(result)
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    return names


@pytest.mark.filterwarnings("ignore:UNTRAINED")
def test_the_examples_do_what_the_text_says(verger, names, features, tmp_path):
    assert same_bits(names["features"], features)
    assert same_bits(names["same"].components_, package.VariancePCA().fit(features).components_)
    assert names["batch"].rejections[0][:2] == (len(features), "not-an-image")
    assert names["pca"].n_samples_ == len(features)
    weights = ["--weights", "untrained:7"]
    assert names["answers"][0]["neighbors"]
    verger("apply", tmp_path / "Photographs", tmp_path / "New", "--model", "Model", *weights)


def test_its_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)", PAGE.read_text()):
        assert (PAGE.parent / target).exists(), target
