# SPDX-License-Identifier: Apache-2.0
"""Measure how the time, the CPU and the memory of `verger run` grow with images and threads.

usage: run.py PHOTOGRAPHS WEIGHTS [--images 1000 4000 16000] [--threads 1 2] [--json FILE]

The photographs are linked under new names until there are enough. Before a figure counts, the
result must have a row for every link. Timed is the whole process.
"""

import argparse
import itertools
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[3] / "build" / "verger"


def link(photographs: Path, folder: Path, images: int) -> None:
    """Fill `folder` with links, in classes of 500."""
    paths = sorted(photographs.rglob("*.jpg"))
    for number, path in enumerate(itertools.islice(itertools.cycle(paths), images)):
        place = folder / f"class{number // 500:04d}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.jpg").symlink_to(path)


def measure(folder: Path, out: Path, weights: str, threads: int, images: int) -> dict[str, float]:
    """Run the chain and return what it took."""
    command = [PROGRAM, "run", folder, out, "--weights", weights, "--threads", str(threads)]
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begin
    assert status == 0, f"verger run ended with {status}"
    counts = json.loads((out / "_verger" / "run.json").read_text())["counts"]
    assert counts["features"] == images, counts
    return {
        "images": images,
        "threads": threads,
        "seconds": seconds,
        "images_per_s": images / seconds,
        "cpu_ms": 1000 * (usage.ru_utime + usage.ru_stime) / images,
        "peak_mb": usage.ru_maxrss / 1000,
    }


def main() -> None:
    """Measure each size in turn, by each number of threads, and print the table."""
    parser = argparse.ArgumentParser(description="Measure how the cost grows with the images.")
    parser.add_argument("photographs", type=Path)
    parser.add_argument("weights")
    parser.add_argument("--images", type=int, nargs="+", default=[1_000, 4_000, 16_000])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows = []
    print("  images threads       s images/s CPU ms/image  peak MB")
    for images in arguments.images:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            link(arguments.photographs.resolve(), folder / "Test", images)
            for threads in arguments.threads:
                out = folder / f"out-{threads}"
                row = measure(folder / "Test", out, arguments.weights, threads, images)
                rows.append(row)
                print(
                    "{images:8} {threads:7} {seconds:7.1f} {images_per_s:8.0f} {cpu_ms:12.2f} "
                    "{peak_mb:8.0f}".format(**row),
                    flush=True,
                )
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
