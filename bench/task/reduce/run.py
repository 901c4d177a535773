"""Measure the reduction of 22,688 x 1280 features beside its rivals.

usage: run.py [--rounds N] [--with-spark] [--features FILE.npy] [--json FILE]

Every contestant runs in a process of its own, one after the other, round by round. Their answers
are compared before any time is looked at. The figures are the best of the rounds, and ratios.
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
ROWS, WIDTH = 22_688, 1280
THREADS = "2"


def make_features(path: Path) -> None:
    """Write features like a network's: many causes, clipped as ReLU6 does; k is about 550."""
    random = np.random.default_rng(1)
    causes = random.standard_normal((ROWS, 80)) * np.linspace(3, 0.05, 80)
    table = causes @ random.standard_normal((80, WIDTH))
    table += random.standard_normal((ROWS, WIDTH)) + random.standard_normal(WIDTH) * 5
    np.save(path, np.clip(table / 10, 0, 6).astype(np.float32))


def run(name: str, features: Path, out: Path) -> dict:
    """Run one contestant once; return its seconds."""
    out.mkdir(exist_ok=True)
    environment = os.environ | {"OPENBLAS_NUM_THREADS": THREADS, "OMP_NUM_THREADS": THREADS}
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
        rows.append(row)
    return rows


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description="Measure the reduction beside its rivals.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--with-spark", action="store_true", help="adds minutes")
    parser.add_argument("--features", type=Path, help="a float32 .npy instead of made ones")
    parser.add_argument("--json", type=Path, help="write the table there, too")
    arguments = parser.parse_args()
    names = ["ours", "ours_tables", "numpy_eigh", "scikit_learn"] + [
        "spark_ml"
    ] * arguments.with_spark
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        features = arguments.features or folder / "features.npy"
        if arguments.features is None:
            make_features(features)
        rounds: dict[str, list[dict]] = {name: [] for name in names}
        for number in range(arguments.rounds):
            for name in names:
                rounds[name].append(run(name, features, folder / name))
                if number == 0 and name != "ours":
                    check(name, folder)
    rows = table(rounds)
    for row in rows:
        cells = [
            f"{row[key]:8.3f}" if row[key] is not None else "       -" for key in list(row)[1:]
        ]
        print(f"{row['contestant']:14}", *cells)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
