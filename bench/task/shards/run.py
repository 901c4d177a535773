# SPDX-License-Identifier: Apache-2.0
"""Measure what 65,536 shards take of the program that drives: resume, merge, finish, inspect.

usage: run.py [--shards 65536] [--json FILE]

A simulation. The images are one picture many times, in a Parquet table, 66 for each shard: more
than the network's 64 columns, so that every shard has moments of its own. A run of them is
interrupted after its first shards; verger_fill_shards makes up all others but the last 16, files
and records as the program writes them, with numbers in place of the network's. Then the program
resumes the run with its threads, and a copy of it by two workers of examples/crew.py, where merging
is a stage; and it inspects what is left. Before a figure counts, both must have all images and the
same model to the bit.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = ROOT / "build" / "verger"
FILL = ROOT / "build" / "bench" / "bench" / "task" / "shards" / "verger_fill_shards"
CREW = ROOT / "examples" / "crew.py"
NETWORK = ROOT / "bench" / "support" / "patches_network.py"
A_SHARD = 66  # images
LEFT = 16  # shards that are extracted after the interruption

sys.path.insert(0, str(ROOT / "bench" / "support"))
from processes import measured  # noqa: E402
from results import model_bits  # noqa: E402


def picture() -> bytes:
    """A PNG of 8 x 8 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + check

    side = (8).to_bytes(4, "big")
    rows = b"".join(b"\0" + bytes(range(row, row + 24)) for row in range(8))
    header = chunk(b"IHDR", side + side + bytes([8, 2, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def write_images(path: Path, images: int) -> None:
    """Write the table of images."""
    schema = pa.schema([("path", pa.string()), ("content", pa.binary())])
    block = 100_000
    with pq.ParquetWriter(path, schema, compression="none", use_dictionary=["content"]) as writer:
        for first in range(0, images, block):
            numbers = range(first, min(first + block, images))
            paths = [f"class {number // 500:06d}/{number:09d}.png" for number in numbers]
            writer.write_table(pa.table([paths, [picture()] * len(numbers)], schema=schema))


def interrupt_after_some(command: list[object], out: Path) -> None:
    """Begin a run, and interrupt it when it has finished shards."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        shards = out / "_verger" / "shards"
        while not shards.exists() or not any(shards.iterdir()):
            assert process.poll() is None, said.seek(0) or said.read().decode()
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130


def check(out: Path, images: int, shards: int) -> str:
    """Check what the record says; return the bits of the model."""
    record = json.loads((out / "_verger" / "run.json").read_text())
    assert record["state"] == "done"
    assert record["counts"]["features"] == record["counts"]["listed"] == images
    assert shards - LEFT <= record["shards"]["resumed"] < shards
    return model_bits(out)


def measure(folder: Path, shards: int) -> dict[str, dict[str, float]]:
    """Make the shards; measure what follows."""
    images = shards * A_SHARD
    table, network = folder / "images.parquet", folder / "patches.onnx"
    write_images(table, images)
    subprocess.run([sys.executable, NETWORK, network], check=True)
    alone, crew = folder / "alone", folder / "crew"
    options = ["--model", network, "--threads", "2"]
    line = ["run", table, alone, *options, "--parts", str(shards)]
    interrupt_after_some([PROGRAM, *line], alone)
    subprocess.run([FILL, table, alone, str(LEFT)], check=True)
    shutil.copytree(
        alone, crew, copy_function=os.link
    )  # nothing is written into a file that stands

    def tell(what: str, figures: dict[str, float]) -> None:
        seconds[what] = figures
        shown = ", ".join(f"{name} {value:,.1f}" for name, value in figures.items())
        print(f"{shards:,} shards, {what}: {shown}", flush=True)

    def program(*words: object) -> dict[str, float]:
        began = time.monotonic()
        return measured(subprocess.Popen([PROGRAM, *words], stdout=subprocess.DEVNULL), began)

    seconds: dict[str, dict[str, float]] = {}
    tell("resumed", program(*line, "--resume"))
    line = [word if word is not alone else crew for word in line]
    path = {"PATH": f"{PROGRAM.parent}:{os.environ['PATH']}"}
    by_crew = [sys.executable, CREW, "--workers", "2", "--", *map(str, line), "--resume"]
    began = time.monotonic()
    process = subprocess.Popen(by_crew, env=os.environ | path)
    tell("resumed by a crew", measured(process, began, drives_crew=True))
    assert check(alone, images, shards) == check(crew, images, shards)
    tell("inspected", program("inspect", alone))
    return seconds


def main() -> None:
    """Measure, and keep the figures."""
    parser = argparse.ArgumentParser(description="Measure what many shards take.")
    parser.add_argument("--shards", type=int, default=65_536)
    parser.add_argument("--folder", type=Path, help="with room for 70 kB a shard")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        figures = measure(Path(folder), arguments.shards)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
