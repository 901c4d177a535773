# SPDX-License-Identifier: Apache-2.0
"""An S3 Inventory, as AWS writes it."""

import io
import json
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq

Save = Callable[[str, str, bytes], None]


def inventories(save: Save) -> None:
    """Write an inventory's manifest, and a list of it in CSV and in Parquet."""
    names = ["Bucket", "Key", "VersionId", "IsLatest", "IsDeleteMarker", "Size", "LastModifiedDate"]
    manifest = {"sourceBucket": "b", "destinationBucket": "arn:aws:s3:::d", "fileFormat": "CSV"}
    manifest |= {"fileSchema": ", ".join(names), "creationTimestamp": "1738324800000"}
    manifest |= {"files": [{"key": "list.csv.gz", "size": 40, "MD5checksum": "0"}]}
    save("inventory", "manifest.json", json.dumps(manifest).encode())
    rows = [("Test/a%20b.jpg", "true", 5), ("Test/\u00e9.png", "false", 0)]
    line = '"b","{}","v","{}","false","{}","2025-01-31T12:00:00.000Z"\n'
    text = "".join(line.format(*row) for row in rows)
    save("inventory", "list_csv", b"c" + text.encode())
    time = pa.array([1_738_324_800_000] * 2, pa.timestamp("ms", "UTC"))
    keys, latest, sizes = (list(column) for column in zip(*rows, strict=True))
    table = pa.table({"key": keys, "size": pa.array(sizes, pa.int64()), "last_modified_date": time})
    table = table.append_column("is_latest", pa.array([flag == "true" for flag in latest]))
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    save("inventory", "list_parquet", b"p" + buffer.getvalue())
