# SPDX-License-Identifier: Apache-2.0
"""`verger reduce` as a process: from a features table in Parquet to the pca table and the model.

usage: ours_tables.py FEATURES.npy OUT
"""

import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PROGRAM = Path(__file__).resolve().parents[3] / "build" / "verger"
PARTS = 24


def write_features(features: np.ndarray, folder: Path) -> None:
    """Write the features as `verger extract` lays them out."""
    folder.mkdir(parents=True)
    for number, rows in enumerate(np.array_split(features, PARTS)):
        vectors = pa.ListArray.from_arrays(
            pa.array(np.arange(len(rows) + 1, dtype=np.int32) * rows.shape[1]),
            pa.array(rows.ravel()),
        )
        names = pa.array([f"file:/{number}/{row}.jpg" for row in range(len(rows))])
        table = pa.table({"path": names, "label": names, "features": vectors})
        pq.write_table(table, folder / f"part-{number:05d}.parquet", compression="snappy")


def main() -> None:
    """Time the process; keep its spectrum and projections for the comparison."""
    features, out = np.load(sys.argv[1]), Path(sys.argv[2])
    tables = out / "tables"
    shutil.rmtree(tables, ignore_errors=True)
    write_features(features, tables / "features")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run([PROGRAM, "reduce", tables, "--threads", "2"], check=True, capture_output=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    np.save(out / "eigenvalues.npy", np.load(tables / "model" / "eigenvalues.npy"))
    pca = pq.read_table(tables / "pca")["pca"].combine_chunks()
    np.save(out / "projected.npy", pca.flatten().to_numpy().reshape(len(pca), -1).astype(float))
    (out / "seconds.json").write_text(json.dumps({"wall": wall, "cpu": cpu}) + "\n")


if __name__ == "__main__":
    main()
