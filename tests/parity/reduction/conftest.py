# SPDX-License-Identifier: Apache-2.0
"""Features of real photographs, for the comparisons of the reduction."""

import numpy as np
import pytest

PHOTOGRAPHS = 400


@pytest.fixture(scope="session")
def photographed_features(verger, photographs, real_weights, tmp_path_factory):
    """MobileNetV2's features of PHOTOGRAPHS photographs, spread over the classes."""
    parquet = pytest.importorskip("pyarrow.parquet")
    every = sorted(photographs.rglob("*.jpg"))
    folder = tmp_path_factory.mktemp("photographs")
    images, output = folder / "images", folder / "output"
    for number, photograph in enumerate(every[:: len(every) // PHOTOGRAPHS]):
        link = images / photograph.parent.name / f"{number}.jpg"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(photograph)
    verger("extract", images, output, "--weights", real_weights, timeout=250)
    table = parquet.read_table(output / "features")
    return np.array(table["features"].to_pylist(), dtype="f4")
