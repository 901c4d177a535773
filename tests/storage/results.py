# SPDX-License-Identifier: Apache-2.0
"""What a result holds, whatever the places it was read from and written to."""

import hashlib
import json
import re

import pyarrow as pa
import pyarrow.parquet as pq

MODEL_FILES = ["mean.npy", "deviation.npy", "components.npy", "eigenvalues.npy"]
FOLDERS = {
    "tables": {"features": "features", "pca": "pca", "rejected": "rejected", "model": "model"},
    "notebook": {
        "features": ".",
        "pca": "pca_results",
        "rejected": "_verger/rejected",
        "model": "_verger/model",
    },
}


def rows(folder):
    """The rows of a table in order, with paths from the class's folder on, and their digest."""
    parts = sorted(folder.glob("part-*.parquet"))
    table = pa.concat_tables([pq.read_table(part) for part in parts])
    paths = ["/".join(path.split("/")[-2:]) for path in table["path"].to_pylist()]
    kept = [name for name in table.column_names if name not in ("path", "message")]
    digest = hashlib.sha256()
    for name in kept:
        digest.update(repr(table[name].to_pylist()).encode())
    return paths, digest.hexdigest()


def content(output, layout="tables"):
    """Everything in a result that must not depend on how it came about."""
    folders = FOLDERS[layout]
    content = {name: rows(output / folders[name]) for name in ("features", "pca", "rejected")}
    for name in MODEL_FILES:
        content[name] = (output / folders["model"] / name).read_bytes()
    return content


def leftovers(output):
    """Temporary files, leases and plans, of which a finished run leaves none."""
    records = output / "_verger"
    return [path for path in output.rglob("*") if ".verger-tmp" in path.name] + [
        path for folder in ("leases", "plan") for path in records.glob(f"{folder}/*")
    ]


def findings(output, layout="tables"):
    """What a run leaves for who looks at it, without places: the report's map, what is familiar."""
    page = output / ("report.html" if layout == "tables" else "_verger/report.html")
    embedded = re.search(
        r'<script type="application/json" id="report">(.*?)</script>', page.read_text(), re.S
    )
    report = json.loads(embedded[1])
    points = {name: report["points"][name] for name in ("total", "x", "y", "label", "labels")}
    search = output / "_verger" / "search"
    familiarity = json.loads((search / "familiarity.json").read_text())
    assert points["total"] == report["run"]["counts"]["features"] > 0
    assert familiarity["measured"] == points["total"]
    del familiarity["table_sha256"]  # the table's files name the place of each photograph
    mapped = (search / "familiarity.npy").read_bytes()
    return points, report["confusions"]["confused"], familiarity, mapped
