# SPDX-License-Identifier: Apache-2.0
"""Measure how fast small objects are read from a local S3 server, and what latency costs.

usage: run.py [--objects N] [--rounds N] [--only loose|packed] [--json FILE]

Without inference: verger's road as far as the network beside Arrow's own S3 filesystem under 64
Python threads; both must have read the very bytes that the server was given. With inference:
`verger extract` through a proxy that holds every GET back for 25 ms, beside the same proxy without
delay; both must give the same features. Each pair runs in turn, round by round.

Packed: the same images loose, and as `verger pack` packs them, through the proxy with and without
the delay, without inference; rates with the listing, and the requests that the server saw.
"""

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[2]
PROGRAM = ROOT / "build" / "verger"
OURS = ROOT / "build/bench/bench/task/small-objects/verger_small_objects"
LATENCY = 0.025  # seconds

sys.path.insert(0, str(ROOT / "tests"))
from servers.fault_proxy import Faults, fault_proxy  # noqa: E402
from servers.s3proxy import s3proxy  # noqa: E402


def given(bucket: Path) -> dict:
    """What was put into the bucket, as both sides report what they read."""
    contents = [path.read_bytes() for path in bucket.rglob("*.jpg")]
    numbers = [int(hashlib.sha256(content).hexdigest()[:8], 16) for content in contents]
    return {"objects": len(contents), "bytes": sum(map(len, contents)), "sum": sum(numbers)}


def reading(command: list, environment: dict, expected: dict) -> float:
    """Run one side, check what it read; return objects a second."""
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    result = json.loads(output.stdout)
    wall = result.pop("wall")
    result.pop("all", None)
    assert result == expected, f"{command[0]} read {result}, not {expected}"
    return expected["objects"] / wall


def extraction(server, latency: float, out: Path) -> tuple[float, object]:
    """Extract through the proxy; return images a second and the table."""
    shutil.rmtree(out, ignore_errors=True)
    with fault_proxy(server.endpoint, Faults(latency=latency)) as proxy:
        environment = os.environ | server.environment(endpoint=proxy.endpoint)
        command = [PROGRAM, "extract", "s3://p8-data/Test", out, "--weights", "untrained:1"]
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=environment)
        seconds = time.perf_counter() - start
    table = pq.read_table(out / "features")
    return table.num_rows / seconds, table


def measure(server, rounds: int, out: Path) -> dict:
    """Run all sides in turn; return the figures of each round."""
    bucket = server.data / "p8-data"
    environment = os.environ | server.environment()
    expected = given(bucket)
    arrow = [sys.executable, FOLDER / "pyarrow_threads.py", server.endpoint.split("//")[1]]
    figures = {"ours": [], "pyarrow_threads": [], "extract": [], "extract_25ms": []}
    for _ in range(rounds):
        figures["ours"].append(reading([OURS, "s3://p8-data/Test"], environment, expected))
        figures["pyarrow_threads"].append(reading([*arrow, "p8-data/Test"], environment, expected))
        rate, table = extraction(server, 0, out)
        figures["extract"].append(rate)
        rate, delayed = extraction(server, LATENCY, out)
        figures["extract_25ms"].append(rate)
        assert delayed.equals(table), "latency changed the features"
    return figures


def counted_reading(server, place: str, latency: float, expected: dict) -> tuple[float, int]:
    """Read through the proxy; return images a second, listing included, and the requests."""
    requests = []

    def count(method: str, target: str) -> bool:
        requests.append((method, target))
        return False

    with fault_proxy(server.endpoint, Faults(latency=latency, refuse=count)) as proxy:
        environment = os.environ | server.environment(endpoint=proxy.endpoint)
        output = subprocess.run(
            [OURS, place], check=True, capture_output=True, text=True, env=environment
        )
    result = json.loads(output.stdout)
    result.pop("wall")
    seconds = result.pop("all")
    assert result == expected, f"{place} gave {result}, not {expected}"
    return expected["objects"] / seconds, len(requests)


def measure_packed(server, rounds: int) -> dict:
    """Run loose and packed in turn; return the rates of each round, and the requests."""
    bucket = server.data / "p8-data"
    expected = given(bucket / "Test")
    environment = os.environ | server.environment()
    for form in ("parquet", "tar"):
        command = [PROGRAM, "pack", "s3://p8-data/Test", f"s3://p8-data/{form}", "--format", form]
        subprocess.run(command, check=True, capture_output=True, env=environment)
    names = {"loose": "Test", "parquet": "parquet", "tar": "tar"}
    figures: dict = {}
    for _ in range(rounds):
        for latency in (0.0, LATENCY):
            for name, folder in names.items():
                place = f"s3://p8-data/{folder}"
                rate, requests = counted_reading(server, place, latency, expected)
                figure = figures.setdefault(f"{name}_{1000 * latency:.0f}ms", {"rates": []})
                figure["rates"].append(rate)
                figure["requests"] = requests
    return figures


def report_packed(figures: dict) -> dict:
    """Print medians, and the ratios to loose objects."""
    result = {}
    for name, figure in figures.items():
        rate = statistics.median(figure["rates"])
        loose = figures["loose_" + name.split("_")[1]]
        fewer = loose["requests"] / figure["requests"]
        faster = rate / statistics.median(loose["rates"])
        print(f"{name:16} {rate:8.0f} images/s  {figure['requests']:6} requests  "
              f"{fewer:6.1f} x fewer  {faster:5.2f} x as fast")  # fmt: skip
        result[name] = {"rate": rate, "requests": figure["requests"], "rates": figure["rates"]}
    return result


def report(figures: dict) -> dict:
    """Print medians and the ratios of each round."""
    result = {name: statistics.median(rates) for name, rates in figures.items()}
    for name, rate in result.items():
        print(f"{name:16} {rate:8.0f} objects/s")
    for name, a, b in (
        ("ours_to_pyarrow", "ours", "pyarrow_threads"),
        ("kept_at_25ms", "extract_25ms", "extract"),
    ):
        ratios = [x / y for x, y in zip(figures[a], figures[b], strict=True)]
        result[name] = {"median": statistics.median(ratios), "rounds": ratios}
        print(f"{name:16} {statistics.median(ratios):8.3f}  (rounds: {min(ratios):.3f} to "
              f"{max(ratios):.3f})")  # fmt: skip
    return result


def main() -> None:
    """Run the rounds; print what they come to."""
    parser = argparse.ArgumentParser(description="Measure small objects on S3.")
    parser.add_argument("--objects", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", choices=["loose", "packed"])
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    result: dict = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with s3proxy(folder) as server:
            test = server.bucket("p8-data") / "Test"
            command = [PROGRAM, "sample", test, "--images", str(arguments.objects)]
            subprocess.run([*command, "--classes", "20"], check=True, capture_output=True)
            if arguments.only != "packed":
                result |= report(measure(server, arguments.rounds, folder / "out"))
            if arguments.only != "loose":
                result |= report_packed(measure_packed(server, arguments.rounds))
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
