# SPDX-License-Identifier: Apache-2.0
"""`verger similar --confusions` tells which classes look alike."""

import json
from collections import Counter

import numpy as np
from end_to_end.tables import read_table


def confusions_of(table):
    """How many rows of each label are nearest to one of each other label, by all their cosines."""
    vectors = np.array(table["pca"].to_pylist())
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = units @ units.T
    np.fill_diagonal(cosines, -2)
    labels = table["label"].to_pylist()
    nearest = [labels[row] for row in cosines.argmax(axis=1)]
    return Counter(pair for pair in zip(labels, nearest, strict=True) if pair[0] != pair[1])


def test_confusions_are_counted(verger, result):
    told = json.loads(verger("similar", "--in", result, "--confusions", "--json").stdout)
    confusions = told["confusions"]
    assert confusions["measured"] == confusions["rows"] == 60
    assert confusions["confused"] == sum(row["images"] for row in confusions["listed"])
    assert confusions["total"] == len(confusions["listed"])
    assert Counter(
        {(row["label"], row["nearest_label"]): row["images"] for row in confusions["listed"]}
    ) == confusions_of(read_table(result / "pca"))
    report = json.loads(verger("report", result, "--json").stdout)
    assert report["confusions"] == confusions
    text = verger("similar", "--in", result, "--confusions").stdout.splitlines()
    assert text[0].startswith("Of all 60 photographs ")
    assert len(text) == 1 + confusions["total"]
