# SPDX-License-Identifier: Apache-2.0
"""Write what was measured into docs/laboratory.md, between its marks.

usage: report.py [RESULTS] [DOCUMENT]     (default: build/bench-results docs/laboratory.md)

What `make bench-rivals` measured goes between the marks of rivals, with a picture in images/ beside
the document, which takes matplotlib; what `make bench-spark` measured between those of spark.
A measurement that was not made is left out; where none was made, what stands there stays.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import plot

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- bench/support/report.py writes {} from here -->", "<!-- to here -->"
PICTURE = "images/rivals.svg"
RIVALS = {
    "ours": "verger extract",
    "ours_bf16": "verger extract, bf16",
    "openvino_bare": "OpenVINO alone, tensors in memory",
    "openvino_loop": "OpenVINO in a Python loop",
    "ray_data": "Ray Data, ONNX Runtime",
    "daft_udf": "Daft, ONNX Runtime",
    "onnxruntime_udf": "Spark, pandas UDF, ONNX Runtime",
    "synapseml_onnx": "SynapseML on Spark 3.5",
}
NAMES = {
    "ours_cli": "`verger run`, a process",
    "ours_job": "`verger.spark.run`",
    "ours_job_bf16": "`verger.spark.run`, `--precision bf16`",
    "ours_job_again": "`verger.spark.run`, again in the same session",
    "onnxruntime_udf": "pandas UDF, ONNX Runtime, one session a worker, one thread",
    "onnxruntime_usual": "pandas UDF, ONNX Runtime, as it is usually written",
    "notebook_udf": "the notebook's feature step (Keras)",
    "notebook": "the notebook as written",
    "ours": "verger, in memory",
    "ours_spark": "`verger.spark.VariancePCA`",
    "spark_ml": "Spark ML: StandardScaler, PCA, PCA",
}
# A measurement has a title, and each of its columns a heading, a key and a number of decimals.
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


def of_rivals(result: dict) -> Iterator[str]:
    """Yield the lines of a contest with rivals."""
    cores = "1 core" if result["threads"] == 1 else f"{result['threads']} cores"
    rounds = "1 round" if result["rounds"] == 1 else f"{result['rounds']} rounds"
    what = f"{result['images']:,} photographs, {rounds}; {result['machine']}."
    yield from (f"### On {cores}", "", what, "")
    ours = result["figures"]["ours"]["images_per_s"]
    rows = []
    for name, figures in result["figures"].items():
        near = result["nearness"][name]
        cells = [f"{figures[key]:,.{n}f}" for key, n in (("images_per_s", 0), ("cpu_ms", 1))]
        cells += [f"{figures['process_s']:.1f}", f"{ours / figures['images_per_s']:.2f}"]
        in_bf16 = name.endswith("bf16")
        cells.append("" if in_bf16 else f"{near['largest_difference']:.0e}")
        rows.append([RIVALS.get(name, name), *cells, f"{near['lowest_cosine']:.4f}"])
    yield from table(
        [
            "images/s",
            "CPU ms an image",
            "process s",
            "verger's rate in its",
            "largest difference",
            "lowest cosine",
        ],
        rows,
    )


def rivals(results: Path, document: Path) -> list[str]:
    """Return the lines of the contests with rivals, and draw their picture."""
    made = [json.loads(path.read_text()) for path in sorted(results.glob("features-*.json"))]
    if not made:
        return []
    made.sort(key=lambda result: -result["threads"])
    plot.draw(made, RIVALS, document.parent / PICTURE)
    picture = f"![Images a second of verger and of other ways to extract features]({PICTURE})"
    return [picture, "", *(line for result in made for line in of_rivals(result))]


def in_spark(results: Path) -> list[str]:
    """Return the lines of all measurements in Spark that were made."""
    lines: list[str] = []
    for name, (title, columns) in SECTIONS.items():
        if (path := results / f"{name}.json").exists():
            lines += of_photographs(title, columns, json.loads(path.read_text()))
    if (path := results / "reduce-spark.json").exists():
        lines += of_reduction(json.loads(path.read_text()))
    return lines


def put(text: str, name: str, lines: list[str]) -> str:
    """Return the text with these lines between the marks of this name."""
    begin = BEGIN.format(name)
    head, mark, rest = text.partition(begin)
    _, end, tail = rest.partition(END)
    if not mark or not end:
        sys.exit(f"the document lacks the marks '{begin}' and '{END}'.")
    return "\n".join([f"{head}{begin}", "", *lines, f"{end}{tail}"]) if lines else text


def main() -> None:
    """Put the reports between the marks."""
    defaults = [ROOT / "build" / "bench-results", ROOT / "docs" / "laboratory.md"]
    given = [Path(argument) for argument in sys.argv[1:]]
    results, document = [*given, *defaults[len(given) :]]
    text = put(document.read_text(), "rivals", rivals(results, document))
    document.write_text(put(text, "spark", in_spark(results)))


if __name__ == "__main__":
    main()
