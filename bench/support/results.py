# SPDX-License-Identifier: Apache-2.0
"""What is compared of results before a figure counts."""

import hashlib
from pathlib import Path


def model_bits(out: Path) -> str:
    """Return a hash of the fitted model's arrays."""
    arrays = sorted((out / "model").glob("*.npy"))
    assert arrays, f"{out} has no model"
    sha = hashlib.sha256()
    for path in arrays:
        sha.update(path.read_bytes())
    return sha.hexdigest()
