# SPDX-License-Identifier: Apache-2.0
"""Measure the feature step in Spark: verger's job beside its program and the usual pandas UDFs.

usage: run.py PHOTOGRAPHS WEIGHTS.h5 [--images N] [--rounds N] [--onnx-rounds N]
              [--notebook-rounds N] [--json FILE]

Every contestant is a process of its own with a session of local[2], and writes a table of features
of the same photographs; they run in turn, round by round. Each table is compared with that of
`verger run`, row by row, before its time counts; where the processor computes in bf16, the job in
that precision contends too, and its features are compared by their cosine. Timed is, in a session
that stands and is warm, from the listing to the last part: of verger's, which do the whole chain,
all but the stages that reduce; of the program, its start as well. The job contends once more in a
session that has done it before. `process` is what a user waits for who starts from nothing: from
the process' start to its end, the JVM's start, imports and warm-up included. CPU time is of all
processes, the JVM's too; of verger's it is that of the whole chain.
"""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[1] / "support"))
import contest  # noqa: E402

AGAIN = "ours_job_again"
OURS = ("ours_cli", "ours_job", AGAIN)
ON_ONNX = ("onnxruntime_udf", "onnxruntime_usual")
HEADINGS = {
    "images_per_s": "images/s",
    "cpu_ms": "CPU ms/image",
    "process_s": "process s",
    "extract_per_s": "extract/s",
    "extract_cpu_ms": "its CPU ms",
}


def with_rates(row: contest.Report, images: int) -> contest.Report:
    """Add to a contestant's medians what is printed."""
    row |= {
        "images_per_s": images / row.get("features_s", row["seconds"]),
        "cpu_ms": 1000 * row["cpu_s"] / images,
    }
    if "extract_s" in row:
        row["extract_per_s"] = images / row["extract_s"]
        row["extract_cpu_ms"] = 1000 * row["extract_cpu_s"] / images
    return row


def measure(field: contest.Field, rounds: dict[str, int]) -> tuple[dict, dict]:
    """Run the rounds; return the medians and how far the features differ from the program's."""
    onnx = field.folder / "network.onnx"
    contest.run(FOLDER / "make_onnx.py", [field.weights, onnx])
    differences: dict[str, float] = {}
    reference: dict = {}

    def once(name: str) -> contest.Report:
        taken = field.with_weights(onnx) if name in ON_ONNX else field
        report = contest.measure(taken, name, FOLDER / f"{name}.py")
        rows = contest.rows_of(contest.features_folder(field.folder / name))
        if name == "ours_cli":
            reference.update(rows)
        if name == contest.IN_BF16:
            contest.check_cosine(name, rows, reference, contest.BF16_COSINE)
            return report
        bound = 0 if name in OURS else contest.SAME_FEATURES
        difference = contest.check_features(name, rows, reference, field.images, bound)
        differences[name] = max(difference, differences.get(name, 0))
        return report

    figures = contest.medians(contest.in_turn(rounds, once))
    return {name: with_rates(row, field.images) for name, row in figures.items()}, differences


def ratios_of(figures: dict) -> dict[str, float]:
    """Return the job's rate in those of the others."""
    rates = {name: row["images_per_s"] for name, row in figures.items()}
    others = [name for name in rates if name != "ours_job"]
    result = {f"ours_job / {name}": rates["ours_job"] / rates[name] for name in others}
    for name in ("ours_job", AGAIN):
        stage = figures[name]["extract_per_s"] / figures["ours_cli"]["extract_per_s"]
        result[f"{name} / ours_cli, the stage alone"] = stage
    if contest.IN_BF16 in rates and "notebook_udf" in rates:
        result[f"{contest.IN_BF16} / notebook_udf"] = rates[contest.IN_BF16] / rates["notebook_udf"]
    return result


def main() -> None:
    """Run the rounds; print medians and ratios."""
    parser = contest.command_line("Measure the feature step in Spark.", contest.BUCKET)
    parser.add_argument("--onnx-rounds", type=int, default=2, help="0 leaves them out")
    parser.add_argument("--notebook-rounds", type=int, default=1, help="0 leaves it out")
    given = parser.parse_args()
    rounds = dict.fromkeys(["ours_cli", *contest.jobs(), AGAIN], given.rounds)
    rounds |= dict.fromkeys(ON_ONNX, given.onnx_rounds) | {"notebook_udf": given.notebook_rounds}
    rounds = {name: count for name, count in rounds.items() if count}
    with contest.prepared(given) as field:
        figures, differences = measure(field, rounds)
    ratios = ratios_of(figures)
    contest.conclude(
        given.json, field.images, figures, ratios, HEADINGS, largest_differences=differences
    )


if __name__ == "__main__":
    main()
