# SPDX-License-Identifier: Apache-2.0
"""Measure the reduction of 22,688 x 1280 features beside its rivals.

usage: run.py [--rounds N] [--with-spark | --spark-only] [--rows N] [--features FILE.npy]
              [--json FILE]

Every contestant runs in a process of its own, one after the other, round by round. Their answers
are compared before any time is looked at. The figures are the best of the rounds, and ratios. The
contestants in Spark have a session of local[2] that stands and is warm, and go from a stored table
to a table; their CPU time is that of all processes, the JVM's too.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[1] / "support"))
import contest  # noqa: E402

ROWS, WIDTH = 22_688, 1280
THREADS = "2"
IN_MEMORY = ("ours", "ours_tables", "numpy_eigh", "scikit_learn")
IN_SPARK = ("ours_spark", "spark_ml")


def make_features(path: Path, rows: int) -> None:
    """Write features like a network's: many causes, clipped as ReLU6 does; k is about 550."""
    random = np.random.default_rng(1)
    causes = random.standard_normal((rows, 80)) * np.linspace(3, 0.05, 80)
    table = causes @ random.standard_normal((80, WIDTH))
    table += random.standard_normal((rows, WIDTH)) + random.standard_normal(WIDTH) * 5
    np.save(path, np.clip(table / 10, 0, 6).astype(np.float32))


def run(name: str, features: Path, out: Path) -> dict:
    """Run one contestant once; return its seconds."""
    out.mkdir(exist_ok=True)
    environment = os.environ | {"OPENBLAS_NUM_THREADS": THREADS, "OMP_NUM_THREADS": THREADS}
    if name in IN_SPARK:
        contest.run(FOLDER / f"{name}.py", [features, out])
    else:
        command = [sys.executable, FOLDER / f"{name}.py", features, out]
        subprocess.run(command, check=True, env=environment, capture_output=True)
    return json.loads((out / "seconds.json").read_text())


def check(name: str, folder: Path) -> None:
    """Compare a contestant's answer with ours; signs of components are free."""
    ours, theirs = folder / "ours", folder / name
    spectrum, expected = np.load(ours / "eigenvalues.npy"), np.load(theirs / "eigenvalues.npy")
    np.testing.assert_allclose(spectrum, expected, rtol=0, atol=1e-9 * spectrum[0], err_msg=name)
    projected, expected = np.load(ours / "projected.npy"), np.load(theirs / "projected.npy")
    assert projected.shape == expected.shape, f"{name}: k differs"
    # Sums of squares do not depend on the sign, nor, over all k, on the choice of vectors.
    np.testing.assert_allclose(
        (projected**2).sum(axis=1), (expected**2).sum(axis=1), rtol=1e-6, err_msg=name
    )


def table(rounds: dict[str, list[dict]]) -> list[dict]:
    """Return for each contestant the best wall and CPU seconds and their ratios to ours."""
    rows = []
    for name, seconds in rounds.items():
        row = {"contestant": name}
        for clock in ("wall", "cpu"):
            values = [s[clock] for s in seconds if s[clock] is not None]
            ours = min(s[clock] for s in rounds["ours"])
            row[clock] = min(values) if values else None
            row[f"{clock}_ratio"] = min(values) / ours if values else None
        if "steps" in seconds[0]:
            row["steps"] = min(seconds, key=lambda s: s["wall"])["steps"]
        rows.append(row)
    return rows


def show(rows: list[dict]) -> None:
    """Print the table, and of the contestants in Spark their steps and their ratio."""
    for row in rows:
        numbers = [value for key, value in row.items() if key not in ("contestant", "steps")]
        cells = [f"{value:8.3f}" if value is not None else "       -" for value in numbers]
        steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in row.get("steps", {}).items())
        print(f"{row['contestant']:14}", *cells, steps)
    walls = {row["contestant"]: row["wall"] for row in rows}
    if "spark_ml" in walls:
        print(f"spark_ml / ours_spark, wall: {walls['spark_ml'] / walls['ours_spark']:.2f}")


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description="Measure the reduction beside its rivals.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--with-spark", action="store_true", help="adds minutes")
    parser.add_argument("--spark-only", action="store_true", help="ours, and those in Spark")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--features", type=Path, help="a float32 .npy instead of made ones")
    parser.add_argument("--json", type=Path, help="write the table there, too")
    arguments = parser.parse_args()
    spark = arguments.with_spark or arguments.spark_only
    names = ["ours"] if arguments.spark_only else [*IN_MEMORY]
    names += IN_SPARK if spark else ()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        features = arguments.features or folder / "features.npy"
        if arguments.features is None:
            make_features(features, arguments.rows)
        rounds: dict[str, list[dict]] = {name: [] for name in names}
        for number in range(arguments.rounds):
            for name in names:
                rounds[name].append(run(name, features, folder / name))
                if number == 0 and name != "ours":
                    check(name, folder)
        shape = np.load(features, mmap_mode="r").shape
    rows = table(rounds)
    show(rows)
    contest.save(arguments.json, {"shape": shape, "contestants": rows})


if __name__ == "__main__":
    main()
