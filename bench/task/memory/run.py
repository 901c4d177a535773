"""Measure the resident peak of `verger run` as the number of images grows.

usage: run.py PHOTOGRAPHS WEIGHTS [--images 5000 20000] [--threads T] [--json FILE]

The photographs are linked under new names until there are enough. Before a figure counts, the
result must have a row for every link.
"""

import argparse
import itertools
import json
import os
import subprocess
import tempfile
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[3] / "build" / "verger"


def link(photographs: Path, folder: Path, images: int) -> None:
    """Fill `folder` with links, in classes of 500."""
    paths = sorted(photographs.rglob("*.jpg"))
    for number, path in enumerate(itertools.islice(itertools.cycle(paths), images)):
        place = folder / f"class{number // 500:04d}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.jpg").symlink_to(path)


def peak_megabytes(folder: Path, out: Path, weights: str, threads: int, images: int) -> float:
    """Run the chain and return its resident peak."""
    command = [PROGRAM, "run", folder, out, "--weights", weights, "--threads", str(threads)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, f"verger run ended with {status}"
    counts = json.loads((out / "_verger" / "run.json").read_text())["counts"]
    assert counts["features"] == images, counts
    return usage.ru_maxrss / 1000


def main() -> None:
    """Measure each size in turn and print the growth."""
    parser = argparse.ArgumentParser(description="Measure how memory grows with the images.")
    parser.add_argument("photographs", type=Path)
    parser.add_argument("weights")
    parser.add_argument("--images", type=int, nargs="+", default=[5_000, 20_000])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    peaks = {}
    for images in arguments.images:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            link(arguments.photographs.resolve(), folder / "Test", images)
            peaks[images] = peak_megabytes(
                folder / "Test", folder / "out", arguments.weights, arguments.threads, images
            )
        print(f"{images:8} images: resident peak {peaks[images]:6.0f} MB", flush=True)
    values = list(peaks.values())
    print(f"growth: {100 * (values[-1] / values[0] - 1):+.1f} %")
    if arguments.json:
        arguments.json.write_text(json.dumps(peaks, indent=1) + "\n")


if __name__ == "__main__":
    main()
