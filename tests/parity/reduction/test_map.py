# SPDX-License-Identifier: Apache-2.0
"""What is near on the report's map, by the measure of scikit-learn."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.manifold import trustworthiness


@pytest.mark.timeout(900)
def test_neighbours_on_the_map_are_neighbours(verger, photographs, real_weights, tmp_path):
    output = tmp_path / "out"
    verger("run", photographs, output, "--weights", real_weights, timeout=800)
    rows = np.array(pq.read_table(output / "pca")["pca"].to_pylist())
    drawn = json.loads(verger("report", output, "--json").stdout)["points"]["map"]
    points = np.stack([drawn["x"], drawn["y"]], axis=1)
    trust = trustworthiness(rows, points, n_neighbors=10, metric="cosine")
    print(f"trustworthiness of the map of {len(rows)} photographs: {trust:.4f}")
    assert trust >= 0.95
