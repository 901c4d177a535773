"""Write what `make bench-spark` measured into docs/performance.md, between its two marks.

usage: report.py [RESULTS] [DOCUMENT]     (default: build/bench-results docs/performance.md)

A measurement that was not made is left out.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- bench/support/report.py writes from here", "<!-- to here -->"
NAMES = {
    "ours_cli": "`verger run`, a process",
    "ours_job": "`verger.spark.run`",
    "ours_job_bf16": "`verger.spark.run`, `--precision bf16`",
    "onnxruntime_udf": "pandas UDF, ONNX Runtime, one session a worker, one thread",
    "onnxruntime_usual": "pandas UDF, ONNX Runtime, as it is usually written",
    "notebook_udf": "the notebook's feature step (Keras)",
    "notebook": "the notebook as written",
    "ours": "verger, in memory",
    "ours_spark": "`verger.spark.VariancePCA`",
    "spark_ml": "Spark ML: StandardScaler, PCA, PCA",
}
# Of each measurement: its title, and of each column its heading, its key and its decimals.
SECTIONS = {
    "spark-features": (
        "Photographs to features",
        [
            ("images/s", "images_per_s", 0),
            ("CPU ms an image", "cpu_ms", 1),
            ("process s", "process_s", 0),
            ("stage alone, images/s", "extract_per_s", 0),
        ],
    ),
    "spark-chain": (
        "The whole chain",
        [
            ("images/s", "images_per_s", 1),
            ("CPU ms an image", "cpu_ms", 1),
            ("process s", "process_s", 0),
            ("times each image is predicted", "predictions", 1),
        ],
    ),
    "spark-executors": (
        "One executor and two",
        [
            ("stage of extraction, images/s", "extract_per_s", 0),
            ("all, images/s", "images_per_s", 0),
            ("CPU ms an image of the stage's tasks", "cpu_ms", 1),
        ],
    ),
    "spark-latency": (
        "Latency on S3",
        [
            ("images/s", "images_per_s", 0),
            ("CPU ms an image", "cpu_ms", 1),
            ("process s", "process_s", 0),
        ],
    ),
}


def table(headings: list[str], rows: list[list[str]]) -> Iterator[str]:
    """Yield the lines of a table."""
    yield "| | " + " | ".join(headings) + " |"
    yield "|---|" + "---:|" * len(headings)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def of_photographs(title: str, columns: list[tuple], result: dict) -> Iterator[str]:
    """Yield the lines of a measurement of photographs."""
    yield from (f"### {title}", "", f"{result['images']:,} photographs; {result['machine']}.", "")
    rows = []
    for name, figures in result["figures"].items():
        cells = [
            f"{figures[key]:,.{digits}f}" if key in figures else "" for _, key, digits in columns
        ]
        rows.append([NAMES.get(name, name), *cells])
    yield from table([heading for heading, _, _ in columns], rows)
    rows = [[what, f"{ratio:.2f}"] for what, ratio in result["ratios"].items()]
    yield from table(["ratio"], rows)


def of_reduction(result: dict) -> Iterator[str]:
    """Yield the lines of the reduction."""
    count, width = result["shape"]
    what = f"{count:,} rows of {width:,} features; {result['machine']}."
    yield from ("### Features to components", "", what, "")
    every = result["contestants"]
    ours = next(row["wall"] for row in every if row["contestant"] == "ours_spark")
    rows = []
    for row in every:
        steps = row.get("steps", {}).items()
        told = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in steps)
        figures = [f"{row['wall']:.1f}", f"{row['cpu']:.1f}", f"{row['wall'] / ours:.2f}", told]
        rows.append([NAMES[row["contestant"]], *figures])
    yield from table(["wall s", "CPU s", "ratio of wall", "of which"], rows)


def report(results: Path) -> str:
    """Return the lines of all measurements that were made."""
    lines: list[str] = []
    for name, (title, columns) in SECTIONS.items():
        if (path := results / f"{name}.json").exists():
            lines += of_photographs(title, columns, json.loads(path.read_text()))
    if (path := results / "reduce-spark.json").exists():
        lines += of_reduction(json.loads(path.read_text()))
    return "\n".join(lines)


def main() -> None:
    """Put the report between the marks."""
    defaults = [ROOT / "build" / "bench-results", ROOT / "docs" / "performance.md"]
    given = [Path(argument) for argument in sys.argv[1:]]
    results, document = [*given, *defaults[len(given) :]]
    head, begin, rest = document.read_text().partition(BEGIN)
    mark, end, tail = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{document} lacks the marks '{BEGIN}' and '{END}'.")
    mark = mark.partition("\n")[0]
    document.write_text(f"{head}{begin}{mark}\n\n{report(results)}\n{end}{tail}")


if __name__ == "__main__":
    main()
