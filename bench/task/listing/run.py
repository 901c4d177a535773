# SPDX-License-Identifier: Apache-2.0
"""Measure how fast a bucket is listed by many requests at once, beside one page after the other.

usage: run.py [--keys N] [--latency S] [--rounds N] [--peak N] [--json FILE]

The server makes its keys up and holds each page back as long as AWS takes for one. Keys lie in
folders of 500, or all in one folder. Both sides must find the very names that the server has; they
run in turn, round by round. With --peak, how much memory a run of `verger extract` has held when it
has listed so many keys, without latency, is told beside what it holds of a thousand.
"""

import argparse
import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = ROOT / "build/bench/bench/task/listing/verger_listing"
SHAPES = {"folders of 500": 500, "one folder": 0}  # names a folder; 0: all lie in none
LISTERS = {"one": 1, "many": 0}  # 0: as many as a run has by default

sys.path.insert(0, str(ROOT / "tests"))
from servers.endless_listing import (  # noqa: E402
    MadeUpKeys,
    endless_listing,
    peak_after_listing,
)


def listing(endpoint: str, listers: int, keys: MadeUpKeys) -> float:
    """List once; return names a second."""
    command = [PROGRAM, "s3://made-up/Test", endpoint, str(listers)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    listing = json.loads(done.stdout)
    names = "".join(f"{keys.name(number)}\n" for number in range(keys.count))
    assert listing["files"] == keys.count
    assert listing["names"] == hashlib.sha256(names.encode()).hexdigest()
    return keys.count / listing["wall"]


def measure(keys: MadeUpKeys, latency: float, rounds: int) -> dict:
    """Run both sides in turn; return rates, requests and the ratios of each round."""
    rates: dict = {name: [] for name in LISTERS}
    requests: dict = {}
    for _ in range(rounds):
        for name, listers in LISTERS.items():
            with endless_listing(keys, latency=latency) as server:
                rates[name].append(listing(server.address, listers, keys))
                requests[name] = server.pages
    ratios = [many / one for many, one in zip(rates["many"], rates["one"], strict=True)]
    return {"rates": rates, "requests": requests, "ratios": ratios}


def peaks(counts: list[int]) -> dict[str, float]:
    """The most memory, in MB, that a run takes for so many keys, by both shapes."""
    peaks = {}
    for count in counts:
        for shape, folder in SHAPES.items():
            with tempfile.TemporaryDirectory() as out:
                peak = peak_after_listing(ROOT / "build" / "verger", MadeUpKeys(count, folder), out)
            peaks[f"{count} keys in {shape}"] = peak / 1e6
            print(f"{count} keys in {shape}: at most {peak / 1e6:.0f} MB", flush=True)
    return peaks


def main() -> None:
    """Measure both shapes; print what they come to."""
    parser = argparse.ArgumentParser(description="Measure the listing of a bucket.")
    parser.add_argument("--keys", type=int, default=100_000)
    parser.add_argument("--latency", type=float, default=0.15)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peak", type=int)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    result = {}
    for shape, folder in SHAPES.items():
        keys = MadeUpKeys(arguments.keys, folder)
        result[shape] = figures = measure(keys, arguments.latency, arguments.rounds)
        many = statistics.median(figures["rates"]["many"])
        ratios = figures["ratios"]
        print(f"{shape:16} {many:8.0f} names/s, {statistics.median(ratios):5.1f} x one page after "
              f"the other (rounds: {min(ratios):.1f} to {max(ratios):.1f}), requests: "
              f"{figures['requests']['one']} and {figures['requests']['many']}")  # fmt: skip
    if arguments.peak:
        result["peak_mb"] = peaks([1000, arguments.peak])
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
