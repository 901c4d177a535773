# SPDX-License-Identifier: Apache-2.0
"""Measure photographs to a table of features: verger beside what one would write instead.

usage: run.py PHOTOGRAPHS WEIGHTS.h5 [--images N] [--rounds N] [--threads N] [--only NAME,…]
              [--json FILE]

Every contestant is a process of its own with N threads on N cores, and writes a table of features
of the same photographs; they run in turn, round by round. Before a time counts, its table is
compared, row by row, with Keras' features: those in f32 by their largest difference, those in bf16,
where the processor computes in it, by their cosine. Timed is, with the libraries loaded and warm,
from the listing to the last file; of verger, the whole process. CPU time is of all processes.
`process` is what a user waits for who starts from nothing. OpenVINO bare is no rival, but the bound
of those on its engine.
"""

import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SPARK = FOLDER.parent / "spark-features"
sys.path.insert(0, str(FOLDER.parents[1] / "support"))
import contest  # noqa: E402

# The script of each contestant, and the environment that it needs.
CONTESTANTS = {
    "ours": (FOLDER / "ours.py", "parity"),
    "ours_bf16": (FOLDER / "ours_bf16.py", "parity"),
    "openvino_bare": (FOLDER / "openvino_bare.py", "parity"),
    "openvino_loop": (FOLDER / "openvino_loop.py", "parity"),
    "ray_data": (FOLDER / "ray_data.py", "rivals"),
    "daft_udf": (FOLDER / "daft_udf.py", "rivals"),
    "onnxruntime_udf": (SPARK / "onnxruntime_udf.py", "parity"),
    "synapseml_onnx": (FOLDER / "synapseml_onnx.py", "rivals"),
}
OURS = ("ours", "ours_bf16")
HEADINGS = {"images_per_s": "images/s", "cpu_ms": "CPU ms/image", "process_s": "process s"}


def hold_to_cores(count: int) -> None:
    """Let this process and all that it starts run on `count` cores."""
    cores = sorted(os.sched_getaffinity(0))
    if count > len(cores):
        sys.exit(f"{count} threads need as many cores; there are {len(cores)}")
    os.sched_setaffinity(0, cores[-count:])


def weights_of(field: contest.Field, names: list[str]) -> dict[str, Path]:
    """Return what each contestant takes its weights from; make the ONNX files."""
    layouts = {name: "NCHW" if name == "synapseml_onnx" else "NHWC" for name in names}
    files = {layout: field.folder / f"{layout}.onnx" for layout in {*layouts.values()}}
    for layout, file in files.items():
        contest.run(SPARK / "make_onnx.py", [field.weights, file, layout])
    return {n: Path(field.weights) if n in OURS else files[layouts[n]] for n in names}


def checked(name: str, rows: dict, reference: dict) -> contest.Report:
    """Compare a contestant's features with the reference; return how near they are."""
    if name == "ours_bf16":
        least, bound = contest.BF16_COSINE, float("inf")
    else:
        least, bound = 0.999999, contest.SAME_FEATURES
    return {
        "lowest_cosine": contest.check_cosine(name, rows, reference, least),
        "largest_difference": contest.check_features(name, rows, reference, len(reference), bound),
    }


def measure(field: contest.Field, rounds: dict[str, int], threads: int) -> tuple[dict, dict]:
    """Run the rounds; return the medians, and how near the last round's features were."""
    weights = weights_of(field, [*rounds])
    answers = field.folder / "reference"
    contest.run(FOLDER / "reference.py", [field.photographs, field.weights, answers])
    reference = contest.rows_of(answers)
    nearness: dict[str, contest.Report] = {}

    def once(name: str) -> contest.Report:
        script, venv = CONTESTANTS[name]
        taken = field.with_weights(weights[name])
        report = contest.measure(taken, name, script, "--threads", str(threads), venv=venv)
        rows = contest.rows_of(contest.features_folder(field.folder / name))
        nearness[name] = checked(name, rows, reference)
        return report

    figures = contest.medians(contest.in_turn(rounds, once))
    for row in figures.values():
        row["images_per_s"] = field.images / row["seconds"]
        row["cpu_ms"] = 1000 * row["cpu_s"] / field.images
    return figures, nearness


def main() -> None:
    """Run the rounds; print medians and ratios."""
    parser = contest.command_line("Measure photographs to features.", 2000)
    parser.add_argument("--threads", type=int, default=contest.CORES, help="and cores, of each")
    parser.add_argument("--only", help="these beside ours, by name, with commas between")
    given = parser.parse_args()
    names = given.only.split(",") if given.only else [*CONTESTANTS]
    if unknown := sorted({*names} - {*CONTESTANTS}):
        parser.error(f"no such contestant: {', '.join(unknown)}; of {', '.join(CONTESTANTS)}")
    if not contest.computes_bf16():
        names = [name for name in names if name != "ours_bf16"]
    hold_to_cores(given.threads)
    rounds = dict.fromkeys(["ours", *(name for name in names if name != "ours")], given.rounds)
    with contest.prepared(given) as field:
        figures, nearness = measure(field, rounds, given.threads)
    rates = {name: row["images_per_s"] for name, row in figures.items()}
    ratios = {f"ours / {name}": rates["ours"] / rates[name] for name in rates if name != "ours"}
    more = {"threads": given.threads, "rounds": given.rounds, "nearness": nearness}
    contest.conclude(given.json, field.images, figures, ratios, HEADINGS, **more)


if __name__ == "__main__":
    main()
