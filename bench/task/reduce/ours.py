# SPDX-License-Identifier: Apache-2.0
"""verger: moments of 24 shards, merged; fit; projection of the shards."""

import json
import os
import subprocess
import sys
from pathlib import Path

import contestant
import numpy as np

ROOT = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("VERGER_BUILD", ROOT / "build" / "bench"))
TOOL = BUILD / "src" / "pca" / "verger_reduction"
SHARDS = 24


def main() -> None:
    """Run the program, which times its own steps."""
    features, out = sys.argv[1], Path(sys.argv[2])
    options = [contestant.VARIANCE, 0, SHARDS, contestant.THREADS]
    command = [TOOL, features, out, *map(str, options)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    seconds = {clock: sum(step[clock] for step in steps) for clock in ("wall", "cpu")}
    answer = np.load(out / "eigenvalues.npy"), np.load(out / "projected.npy")
    contestant.save(out, answer, seconds)


if __name__ == "__main__":
    main()
