# SPDX-License-Identifier: Apache-2.0
"""Write golden.json: a small table of features and what scikit-learn makes of it.

Run in .venv/parity. The features have a constant column and two that depend on each other.
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

ROWS, WIDTH, VARIANCE = 30, 8, 0.9


def features() -> np.ndarray:
    """Return ROWS x WIDTH float32."""
    random = np.random.default_rng(20_240_613)
    table = random.normal(size=(ROWS, WIDTH)) * np.arange(1, WIDTH + 1) + 100
    table[:, 2] = 0.1
    table[:, 5] = -3 * table[:, 4]
    return table.astype(np.float32)


def main() -> None:
    """Fit and write."""
    table = features()
    scaler = StandardScaler().fit(table.astype(np.float64))
    # StandardScaler divides by n where Spark and verger divide by n - 1.
    standardised = scaler.transform(table.astype(np.float64)) * np.sqrt((ROWS - 1) / ROWS)
    pca = PCA(svd_solver="full").fit(standardised)
    components = pca.components_.copy()
    magnitude = np.abs(components)
    first = np.argmax(magnitude >= magnitude.max(axis=1, keepdims=True) * (1 - 1e-9), axis=1)
    components *= np.sign(components[np.arange(len(components)), first])[:, None]
    k = int(np.argmax(np.cumsum(pca.explained_variance_ratio_) >= VARIANCE)) + 1
    golden = {
        "made_by": f"scikit-learn {sklearn.__version__}",
        "rows": ROWS,
        "width": WIDTH,
        "variance": VARIANCE,
        "features": table.ravel().astype(float).tolist(),
        "mean": scaler.mean_.tolist(),
        "deviation": np.sqrt(scaler.var_ * ROWS / (ROWS - 1)).tolist(),
        "eigenvalues": pca.explained_variance_.tolist(),
        "k": k,
        "components": components[:k].ravel().tolist(),
        "projected": (standardised @ components[:k].T).ravel().tolist(),
    }
    path = Path(__file__).with_name("golden.json")
    path.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
