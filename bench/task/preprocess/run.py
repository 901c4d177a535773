# SPDX-License-Identifier: Apache-2.0
"""Measure a photograph's way from bytes to tensor beside Pillow and NumPy.

usage: run.py FOLDER [--images N] [--rounds N] [--json FILE]

Each contestant runs in a process of its own, in turns; the tensors are compared, bit for bit,
before any time is looked at. The figures are CPU milliseconds an image, the best of the rounds.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
BUILD = Path(os.environ.get("VERGER_BUILD", FOLDER.parents[2] / "build" / "bench"))
CONTESTANTS = {
    "verger": [BUILD / "bench" / "task" / "preprocess" / "verger_preprocess"],
    "Pillow + NumPy": [sys.executable, FOLDER / "pillow.py"],
}


def choose(folder: Path, count: int) -> list[Path]:
    """Return some of the photographs, the same ones each time."""
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png"})
    if not paths:
        sys.exit(f"{folder} holds no photographs.")
    random.Random(1).shuffle(paths)
    return paths[:count]


def run(name: str, photographs: Path, tensors: Path) -> dict:
    """Run one contestant once."""
    command = [*CONTESTANTS[name], photographs, tensors]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def main() -> None:
    """Check, measure, print."""
    parser = argparse.ArgumentParser(description="Measure the preparation of images.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the table there, too")
    arguments = parser.parse_args()
    best: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as temporary:
        photographs = Path(temporary) / "photographs.txt"
        paths = choose(arguments.folder, arguments.images)
        photographs.write_text("".join(f"{path.resolve()}\n" for path in paths))
        tensors = {name: Path(temporary) / f"{i}.f32" for i, name in enumerate(CONTESTANTS)}
        for _ in range(arguments.rounds):
            for name in CONTESTANTS:
                result = run(name, photographs, tensors[name])
                milliseconds = 1000 * result["cpu"] / result["images"]
                best[name] = min(milliseconds, best.get(name, milliseconds))
            if len({path.read_bytes() for path in tensors.values()}) != 1:
                sys.exit("The tensors differ.")
    rows = [
        {"contestant": name, "cpu_ms": time, "ratio": time / best["verger"]}
        for name, time in best.items()
    ]
    for row in rows:
        print(f"{row['contestant']:16} {row['cpu_ms']:8.3f} ms {row['ratio']:6.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
