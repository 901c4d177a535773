# SPDX-License-Identifier: Apache-2.0
"""Measure the whole chain, photographs to both tables, beside OpenVINO's bare inference.

usage: run.py PHOTOGRAPHS WEIGHTS.h5 [--rounds N] [--threads T] [--json FILE]

The answers are compared first: the features in our table with those of OpenVINO on tensors that
Pillow and NumPy made. Then both run in turn, round by round. Ours is timed as a whole process, from
its start to its last file; OpenVINO's inferences alone are timed, on tensors in memory.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

FOLDER = Path(__file__).resolve().parent
PROGRAM = FOLDER.parents[2] / "build" / "verger"
CHECKED = 64  # images whose features are compared
INFERENCES = 2000


def tensor(path: Path) -> np.ndarray:
    """Return what the network takes, by Pillow and NumPy."""
    image = Image.open(path).convert("RGB").resize((224, 224))
    return np.asarray(image, np.float32) / np.float32(127.5) - np.float32(1)


def run_ours(photographs: Path, weights: Path, threads: int, out: Path) -> dict:
    """Run the chain once; return images a second and CPU milliseconds an image."""
    shutil.rmtree(out, ignore_errors=True)
    command = [PROGRAM, "run", photographs, out, "--weights", weights, "--threads", str(threads)]
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    seconds, after = time.perf_counter() - start, os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    images = json.loads((out / "_verger" / "run.json").read_text())["counts"]["listed"]
    return {"images_per_s": images / seconds, "cpu_ms": 1e3 * cpu / images}


def run_openvino(weights: Path, threads: int, folder: Path) -> dict:
    """Run the bare inferences once; return the same figures."""
    script = FOLDER / "openvino_bare.py"
    files = [folder / "tensors.npy", folder / "features.npy"]
    command = [sys.executable, script, weights, *files, str(threads), str(INFERENCES)]
    quiet = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=quiet).stdout
    return json.loads(output.splitlines()[-1])


def check(folder: Path, paths: list[Path]) -> float:
    """Compare our features with OpenVINO's; return the largest difference, in the largest."""
    table = pq.read_table(folder / "ours" / "features").to_pydict()
    rows = dict(zip(table["path"], table["features"], strict=True))
    ours = np.array([rows[f"file:{path}"] for path in paths])
    theirs = np.load(folder / "features.npy")
    difference = np.abs(ours - theirs).max() / np.abs(theirs).max()
    assert difference <= 2e-5, f"the answers differ by {difference:.1e}"
    return float(difference)


def main() -> None:
    """Run the rounds and print medians and the ratio of each round."""
    parser = argparse.ArgumentParser(description="Measure the chain beside bare inference.")
    parser.add_argument("photographs", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    photographs = arguments.photographs.resolve()
    paths = sorted(photographs.rglob("*.jpg"))
    chosen = paths[:: max(1, len(paths) // CHECKED)][:CHECKED]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        np.save(folder / "tensors.npy", np.stack([tensor(path) for path in chosen]))
        ours, bare = [], []
        for _ in range(arguments.rounds):
            ours.append(
                run_ours(photographs, arguments.weights, arguments.threads, folder / "ours")
            )
            bare.append(run_openvino(arguments.weights, arguments.threads, folder))
        difference = check(folder, chosen)
    ratios = [o["images_per_s"] / b["images_per_s"] for o, b in zip(ours, bare, strict=True)]
    result = {
        "images": len(paths),
        "threads": arguments.threads,
        "largest_difference": difference,
        "ratio": statistics.median(ratios),
        "ratios": ratios,
    }
    for name, figures in (("ours", ours), ("openvino_bare", bare)):
        result[name] = {key: statistics.median(f[key] for f in figures) for key in figures[0]}
        print(f"{name:14}", *(f"{key} {value:8.2f}" for key, value in result[name].items()))
    print(
        f"ours, end to end / OpenVINO, bare: {result['ratio']:.3f}  (rounds: "
        f"{', '.join(f'{ratio:.3f}' for ratio in ratios)})"
    )
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
