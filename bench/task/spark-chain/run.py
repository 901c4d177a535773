# SPDX-License-Identifier: Apache-2.0
"""Measure the whole chain, photographs to both tables, beside the notebook as it is written.

usage: run.py PHOTOGRAPHS WEIGHTS.h5 [--images N] [--rounds N] [--notebook-rounds N] [--json FILE]

All take the same photographs and write the notebook's two tables (`--layout notebook`), in a
session of local[2] of their own, or as the program. Before a time counts, the tables must have a
row for every photograph, the features must be the same (in bf16, which contends where the processor
computes in it, of nearly the same direction), and the shares of variance of the notebook's 160
components be those of ours. Timed is, in a session that stands and is warm, from the listing to the
last file; of the program, the whole process. `process` is from the process' start to its end, the
JVM's start, imports and warm-up included. The notebook has costs that do not grow with the
photographs (it builds its network once a task), so a ratio holds for its number of photographs.
"""

import sys
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parents[1] / "support"))
import contest  # noqa: E402

FEATURES = FOLDER.parent / "spark-features"
SCRIPTS = {
    "ours_cli": FEATURES / "ours_cli.py",
    "ours_job": FEATURES / "ours_job.py",
    contest.IN_BF16: FEATURES / "ours_job_bf16.py",
    "notebook": FOLDER / "notebook.py",
}
SAME_SHARES = 1e-4  # relative to the first share: the features differ in their last bits
HEADINGS = {
    "images_per_s": "images/s",
    "cpu_ms": "CPU ms/image",
    "process_s": "process s",
    "predictions": "predictions",
}


def check_reduction(field: contest.Field) -> float:
    """Compare the notebook's reduction with ours; return the largest difference of the shares."""
    ours, theirs = field.folder / "ours_cli", field.folder / "notebook"
    eigenvalues = np.load(ours / "_verger" / "model" / "eigenvalues.npy")
    expected = np.load(field.folder / "shares.npy")
    shares = (eigenvalues / eigenvalues.sum())[: len(expected)]
    worst = float(np.abs(shares - expected).max() / shares[0])
    assert worst <= SAME_SHARES, f"the shares of variance differ by {worst:.1e}"
    rows = contest.rows_of(ours / "pca_results", "features_pca")
    first = contest.rows_of(theirs / "pca_results", "features_pca")
    assert first.keys() == rows.keys(), f"{len(first)} reduced rows of {field.images} images"
    scale = max(abs(row[0]) for row in rows.values())
    differences = [abs(abs(first[path][0]) - abs(row[0])) for path, row in rows.items()]
    assert max(differences) <= 1e-3 * scale, "the first component differs"
    return worst


def measure(field: contest.Field, rounds: dict[str, int]) -> tuple[dict, dict]:
    """Run the rounds; return the medians, and the largest differences found."""
    reference: dict = {}
    differences: dict[str, float] = {}

    def once(name: str) -> contest.Report:
        report = contest.measure(field, name, SCRIPTS[name], "--layout", "notebook")
        rows = contest.rows_of(field.folder / name)
        if name == "ours_cli":
            reference.update(rows)
        if name == contest.IN_BF16:
            contest.check_cosine(name, rows, reference, contest.BF16_COSINE)
            return report
        bound = contest.SAME_FEATURES if name == "notebook" else 0
        differences[name] = contest.check_features(name, rows, reference, field.images, bound)
        if name == "notebook":
            differences["shares"] = check_reduction(field)
        return report

    figures = contest.medians(contest.in_turn(rounds, once))
    for row in figures.values():
        row["images_per_s"] = field.images / row["seconds"]
        row["cpu_ms"] = 1000 * row["cpu_s"] / field.images
        row["predictions"] = row.pop("predicted", field.images) / field.images
    return figures, differences


def main() -> None:
    """Run the rounds; print medians and ratios."""
    parser = contest.command_line("Measure the whole chain beside the notebook.", 3938)
    parser.add_argument("--notebook-rounds", type=int, default=1)
    given = parser.parse_args()
    rounds = dict.fromkeys(["ours_cli", *contest.jobs()], given.rounds)
    rounds["notebook"] = given.notebook_rounds
    with contest.prepared(given) as field:
        figures, differences = measure(field, rounds)
    rates = {name: row["images_per_s"] for name, row in figures.items()}
    ours = [name for name in rates if name != "notebook"]
    ratios = {f"{name} / notebook": rates[name] / rates["notebook"] for name in ours}
    waits = {name: row["process_s"] for name, row in figures.items()}
    ratios |= {f"{name} / notebook, process": waits["notebook"] / waits[name] for name in ours}
    contest.conclude(
        given.json, field.images, figures, ratios, HEADINGS, largest_differences=differences
    )


if __name__ == "__main__":
    main()
