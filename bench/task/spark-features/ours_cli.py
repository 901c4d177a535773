# SPDX-License-Identifier: Apache-2.0
"""`verger run` on two threads, as a process; its report is that of ours_job.py."""

import json
import os
import subprocess
import time

import contest
import session

PROGRAM = contest.ROOT / "build" / "verger"


def main() -> None:
    """Run the program; the clock is around the whole process."""
    given = session.arguments()
    command = [PROGRAM, "run", given.photographs, given.out, "--weights", given.weights]
    command += ["--threads", str(contest.CORES), "--layout", given.layout]
    before, start = os.times(), time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    seconds, after = time.perf_counter() - start, os.times()
    record = json.loads((given.out / "_verger" / "run.json").read_text())
    stages = record["seconds"]
    cpu = after.children_user + after.children_system
    report = {
        "process_s": seconds,
        "seconds": seconds,
        "cpu_s": cpu - before.children_user - before.children_system,
        "features_s": seconds - stages["fit"] - stages["project"],
        "extract_s": stages["extract"],
        "extract_cpu_s": record["cpu_seconds"]["extract"],
    }
    given.report.write_text(json.dumps(report))


if __name__ == "__main__":
    main()
