# SPDX-License-Identifier: Apache-2.0
"""What searches keep of what is familiar, as familiarity.cc parts it."""

import hashlib
import io
import json

import numpy as np


def familiarities(save) -> None:
    """Write a record with a map, one without, and one of the format that had none."""
    record = {"format": "verger-familiarity", "version": 2, "rows": 6, "measured": 40}
    record |= {"table_sha256": hashlib.sha256(b"a\n").hexdigest()}
    record |= {"labels": {"odd": 1.2}, "other_labels": 1.1}
    record |= {"margins": (np.arange(401) / 400 - 0.2).tolist()}
    table = io.BytesIO()
    np.save(table, np.concatenate([np.eye(8) * 2, np.eye(8)[:2]]))
    digest = hashlib.sha256(table.getvalue()).hexdigest()
    mapped = {"metric": "within-class", "map_sha256": digest, "map_labels": ["even", "odd"]}
    plain = {"metric": "cosine", "map_sha256": "", "map_labels": []}
    earlier = {name: record[name] for name in record if name != "margins"} | {"version": 1}
    for name, document, bytes_of_map in (
        ("mapped", record | mapped, table.getvalue()),
        ("plain", record | plain, b""),
        ("earlier", earlier, b""),
    ):
        save("familiarity", name, b"\n--\n".join([json.dumps(document).encode(), bytes_of_map]))
