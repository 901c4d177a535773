# SPDX-License-Identifier: Apache-2.0
"""Count the instructions of a fixed workload and compare them with those of the release.

usage: guard.py PROGRAM [--update]

PROGRAM is verger_guard of the bench preset (workload.cc says what it does). Callgrind counts, so
that other programs on the machine change nothing; time is not measured. The counts are compared
with instructions.json beside this file; more than TOLERANCE beyond one of them fails. `--update`
writes the counts there instead, with the version and the compiler that they are of.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
STORED = FOLDER / "instructions.json"
WORKLOADS = ("images", "network", "reduction")
TOLERANCE = 0.03
# OpenBLAS picks kernels by the processor's name, and threads by its cores: both are held.
SETTINGS = {"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_NUM_THREADS": "1"}


def count(program: Path, workload: str) -> tuple[int, str]:
    """Return the instructions of one workload, and the compiler of the program."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "callgrind.out")
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
        command += ["--toggle-collect=verger_guard_counted", program, workload]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, env=os.environ | SETTINGS
        )
        if done.returncode:
            sys.exit(f"The workload {workload} ended with {done.returncode}:\n{done.stderr}")
        total = re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.M)
    compiler = re.search(r"^compiler (.*)$", done.stdout, re.M)
    if not total or not int(total[1]) or not compiler:
        sys.exit(f"Callgrind counted nothing of {workload}: is {program} stripped of its symbols?")
    return int(total[1]), compiler[1]


def version() -> str:
    """Return the version of this checkout."""
    text = (FOLDER.parents[1] / "CMakeLists.txt").read_text()
    return re.search(r"project\(\s*verger\s+VERSION (\S+)", text)[1]


def compare(counts: dict[str, int], stored: dict[str, int]) -> list[str]:
    """Print a line a workload; return those that are beyond the tolerance, or not stored."""
    beyond = []
    for name, instructions in counts.items():
        before = stored.get(name)
        change = instructions / before - 1 if before else float("inf")
        print(f"{name:10} {instructions:14,} {before or 0:14,} {change:+8.2%}")
        if change > TOLERANCE:
            beyond.append(name)
    return beyond


def main() -> None:
    """Count, then compare or write."""
    parser = argparse.ArgumentParser(description="Count instructions; compare with the release's.")
    parser.add_argument("program", type=Path)
    parser.add_argument("--update", action="store_true", help="write the counts instead")
    given = parser.parse_args()
    counted = {name: count(given.program.resolve(), name) for name in WORKLOADS}
    counts = {name: instructions for name, (instructions, _) in counted.items()}
    compiler = counted[WORKLOADS[0]][1]
    if given.update:
        record = {"version": version(), "compiler": compiler, "instructions": counts}
        STORED.write_text(json.dumps(record, indent=1) + "\n")
        print(f"wrote {STORED.name}: {counts}")
        return
    stored = json.loads(STORED.read_text())
    print(f"{'':10} {'now':>14} {stored['version']:>14}   change")
    beyond = compare(counts, stored["instructions"])
    if compiler != stored["compiler"]:
        print(f"The compilers differ: {compiler} now, {stored['compiler']} then.")
    if beyond:
        sys.exit(
            f"guard: more than {TOLERANCE:.0%} beyond version {stored['version']}: "
            f"{', '.join(beyond)}; if that is meant, run make bench-guard UPDATE=1."
        )


if __name__ == "__main__":
    main()
