# SPDX-License-Identifier: Apache-2.0
"""What every contestant shares: it is run as `NAME.py FEATURES.npy OUT`.

It loads the features, then reduces them to 95 % of the variance while the clock runs, and leaves
OUT/eigenvalues.npy, OUT/projected.npy (rows x k) and OUT/seconds.json.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

VARIANCE = 0.95
THREADS = 2

Answer = tuple[np.ndarray, np.ndarray]  # all eigenvalues, projections


def seconds_of(reduce: Callable[[np.ndarray], Answer], features: np.ndarray) -> tuple:
    """Run once; return the answer, and the seconds on the wall and of all threads."""
    wall, cpu = time.perf_counter(), time.process_time()
    answer = reduce(features)
    return answer, {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def save(out: Path, answer: Answer, seconds: dict[str, float]) -> None:
    """Leave the answer and the seconds for run.py."""
    np.save(out / "eigenvalues.npy", answer[0])
    np.save(out / "projected.npy", answer[1])
    (out / "seconds.json").write_text(json.dumps(seconds))


def main(reduce: Callable[[np.ndarray], Answer]) -> None:
    """Run the contestant that the command line asks for."""
    features = np.load(sys.argv[1])
    save(Path(sys.argv[2]), *seconds_of(reduce, features))
