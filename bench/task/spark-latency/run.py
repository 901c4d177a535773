# SPDX-License-Identifier: Apache-2.0
"""Measure what latency costs on S3: the job, and ImageFeaturizer by path and on s3a's binaryFile.

usage: run.py PHOTOGRAPHS WEIGHTS [--images N] [--rounds N] [--content-rounds N] [--json FILE]

A local S3 server behind a proxy that holds every GET back for 25 ms, beside the same proxy without
delay. Each run is a process of its own with a session of local[2]; all must give the same features,
to the bit. Timed is, in a session that stands and is warm, from the listing to the last part of a
local table; of the job, its stage of extraction. The server and the proxy share the cores.
"""

import itertools
import statistics
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[1] / "support"))
import contest  # noqa: E402
from servers.fault_proxy import Faults, fault_proxy  # noqa: E402
from servers.s3proxy import Server, s3proxy, upload  # noqa: E402

LATENCIES = {"0 ms": 0.0, "25 ms": 0.025}
SCRIPTS = {"job": "job.py", "path": "featurizer.py", "content": "featurizer.py"}
HEADINGS = {"images_per_s": "images/s", "cpu_ms": "CPU ms/image", "process_s": "process s"}


def by_name(rows: dict) -> dict:
    """Return the rows by the path without its scheme, which the routes spell differently."""
    return {path.partition("://")[2]: row for path, row in rows.items()}


def measure(
    field: contest.Field, server: Server, rounds: dict[str, int]
) -> dict[str, list[contest.Report]]:
    """Run as many rounds of each route."""
    reference: dict = {}

    def once(name: str) -> contest.Report:
        route, latency = name.split(", ")
        with fault_proxy(server.endpoint, Faults(latency=LATENCIES[latency])) as proxy:
            report = contest.measure(
                field,
                "features",
                FOLDER / SCRIPTS[route],
                "--route",
                route,
                variables=server.environment(endpoint=proxy.endpoint),
            )
        rows = by_name(contest.rows_of(contest.features_folder(field.folder / "features")))
        reference.update(reference or rows)
        contest.check_features(name, rows, reference, field.images, 0)
        return report

    pairs = itertools.product(rounds, LATENCIES)
    return contest.in_turn({f"{route}, {when}": rounds[route] for route, when in pairs}, once)


def ratios_of(reports: dict[str, list[contest.Report]]) -> dict[str, float]:
    """Return what share of its rate each route keeps, the median of the rounds."""
    ratios = {}
    for route in sorted({name.split(", ")[0] for name in reports}):
        pairs = zip(*(reports[f"{route}, {latency}"] for latency in LATENCIES), strict=True)
        shares = [quick["seconds"] / slow["seconds"] for quick, slow in pairs]
        ratios[f"{route}, kept at 25 ms"] = statistics.median(shares)
    return ratios


def main() -> None:
    """Run the rounds; print medians and ratios."""
    parser = contest.command_line("Measure what latency costs on S3.", 2096)
    parser.add_argument("--content-rounds", type=int, default=1, help="it is slow; 0 leaves it out")
    given = parser.parse_args()
    with contest.prepared(given) as field, s3proxy(field.folder / "s3proxy") as server:
        server.bucket("p8-data")
        for place in (field.photographs, field.warm_up):
            upload(server, place, f"p8-data/{place.name}")
        rounds = dict.fromkeys(["job", "path"], given.rounds) | {"content": given.content_rounds}
        reports = measure(field, server, {route: count for route, count in rounds.items() if count})
    figures = contest.medians(reports)
    for row in figures.values():
        row["images_per_s"] = field.images / row["seconds"]
        row["cpu_ms"] = 1000 * row["cpu_s"] / field.images
    ratios = ratios_of(reports)
    contest.conclude(given.json, field.images, figures, ratios, HEADINGS)


if __name__ == "__main__":
    main()
