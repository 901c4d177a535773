# SPDX-License-Identifier: Apache-2.0
"""Measure what a second executor brings: the job on one and on two, of one core each.

usage: run.py PHOTOGRAPHS WEIGHTS [--images N] [--rounds N] [--json FILE]

Two standalone clusters of Spark on this machine, one with one worker and one with two, each worker
with one core and so one executor; the same job (ours_job.py of spark-features) goes to each by
spark-submit. The features must be the same to the bit. Timed is, in a session that stands and is
warm, the stage of extraction, and the whole job. Beside it goes `verger run` on one thread and on
two, which says what this machine's second core can bring: no cluster's driver or master there.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[1] / "support"))
import contest  # noqa: E402
from servers.spark_standalone import StandaloneCluster, spark_standalone  # noqa: E402

JOB = FOLDER.parent / "spark-features" / "ours_job.py"
NUMBERS = (1, 2)
HEADINGS = {"extract_per_s": "extract/s", "images_per_s": "job, images/s", "cpu_ms": "CPU ms/image"}


def on_cluster(field: contest.Field, cluster: StandaloneCluster, name: str) -> contest.Report:
    """Run the job once on a cluster."""
    report = field.folder / f"{name}.json"
    command = [*field.arguments(field.folder / name, report), "--submitted"]
    packages = os.pathsep.join(map(str, contest.PARTS))
    cluster.environment |= contest.environment(JOB)
    cluster.submit(JOB, *command, settings={"spark.executorEnv.PYTHONPATH": packages})
    return json.loads(report.read_text())


def as_program(field: contest.Field, threads: int, name: str) -> contest.Report:
    """Run the program once; its report is that of the job."""
    out = field.folder / name
    photographs, _, out, weights, _ = field.arguments(out, field.folder / f"{name}.json")
    command = [contest.ROOT / "build" / "verger", "run", photographs, out, "--weights", weights]
    start = time.perf_counter()
    subprocess.run([*command, "--threads", str(threads)], check=True, capture_output=True)
    seconds = time.perf_counter() - start
    record = json.loads((Path(out) / "_verger" / "run.json").read_text())
    return {
        "seconds": seconds,
        "extract_s": record["seconds"]["extract"],
        "extract_cpu_s": record["cpu_seconds"]["extract"],
    }


def measure(field: contest.Field, rounds: int) -> dict[str, list[contest.Report]]:
    """Run the rounds."""
    reference: dict = {}

    def once(name: str) -> contest.Report:
        who, number = name.rsplit(" ", 1)
        place = name.replace(" ", "-")
        if who == "threads":
            report = as_program(field, int(number), place)
        else:
            # A cluster that waits costs nothing, but one at a time leaves no doubt.
            with spark_standalone(field.folder / f"cluster-{number}", workers=int(number)) as one:
                report = on_cluster(field, one, place)
        rows = contest.rows_of(field.folder / place / "features")
        reference.update(reference or rows)
        contest.check_features(name, rows, reference, field.images, 0)
        return report

    names = [f"{who} {number}" for who in ("executors", "threads") for number in NUMBERS]
    return contest.in_turn(dict.fromkeys(names, rounds), once)


def main() -> None:
    """Run the rounds; print medians and ratios."""
    parser = contest.command_line("Measure the job on one and two executors.", contest.BUCKET)
    given = parser.parse_args()
    with contest.prepared(given) as field:
        figures = contest.medians(measure(field, given.rounds))
    for row in figures.values():
        row["extract_per_s"] = field.images / row["extract_s"]
        row["images_per_s"] = field.images / row["seconds"]
        row["cpu_ms"] = 1000 * row["extract_cpu_s"] / field.images
    ratios = {}
    for who in ("executors", "threads"):
        for key, what in (("extract_per_s", "extraction"), ("images_per_s", "all")):
            ratios[f"{who} 2 / 1, {what}"] = figures[f"{who} 2"][key] / figures[f"{who} 1"][key]
    contest.conclude(given.json, field.images, figures, ratios, HEADINGS)


if __name__ == "__main__":
    main()
