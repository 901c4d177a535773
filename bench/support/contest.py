# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks of programs share outside the clock: contestants as processes, run in turn.

A contestant is a script that is run as `NAME.py PHOTOGRAPHS WARM_UP OUT WEIGHTS REPORT` and leaves
what it measured in REPORT, a JSON file (session.py has its side). Photographs are copied, so that
paths, names and the file cache are the same for all.
"""

import argparse
import contextlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
PARTS = [ROOT / "bench" / "support", ROOT / "build" / "release" / "python", ROOT / "tests"]
CORES = 2
BUCKET = 22_688  # photographs that the start-up has
WARM_UP = 16  # photographs that go through a session before the clock starts
SAME_FEATURES = 2e-5  # relative to the largest feature: the bound of docs/parity.md
IN_BF16 = "ours_job_bf16"  # the job that contends in it
BF16_COSINE = 0.99  # at least, of features in bf16 to those in f32

sys.path.insert(0, str(ROOT / "tests"))
from servers.spark_submit import spark_of  # noqa: E402

Report = dict[str, float]


def environment(script: Path, venv: str = "parity", **more: object) -> dict[str, str]:
    """Return a contestant's environment: its Python workers can import it by its name."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    quiet |= {"DO_NOT_TRACK": "1", "RAY_USAGE_STATS_ENABLED": "0"}
    path = os.pathsep.join(map(str, [*PARTS, script.parent]))
    return spark_of(venv).environment(PYTHONPATH=path, **quiet, **more)


def computes_bf16() -> bool:
    """Whether the processor does, so that `--precision bf16` is taken."""
    return " avx512_bf16" in Path("/proc/cpuinfo").read_text()


def jobs() -> list[str]:
    """Name the contestants that are the job: one in bf16, too, where that is computed."""
    return ["ours_job", IN_BF16] if computes_bf16() else ["ours_job"]


def machine() -> str:
    """Name the processor, its cores and its widest instructions."""
    text = Path("/proc/cpuinfo").read_text()
    model = next((li.split(":")[1].strip() for li in text.splitlines() if "model name" in li), "?")
    widest = {"AMX": " amx_tile", "AVX512-BF16": " avx512_bf16", "AVX-512": " avx512f"}
    extension = next((name for name, flag in widest.items() if flag in text), "no AVX-512")
    return f"{model}, {os.cpu_count()} cores, {extension}, {platform.machine()}"


@dataclass(frozen=True)
class Field:
    """The photographs of a benchmark, laid out for its contestants."""

    folder: Path  # holds everything that follows
    photographs: Path
    warm_up: Path
    weights: str
    images: int

    @classmethod
    def prepare(cls, source: Path, folder: Path, count: int, weights: str) -> "Field":
        """Copy `count` photographs (0: all), spread over all classes, and some for the warm-up.

        When there are fewer, they are taken again under other names. Weights are a file or
        untrained:SEED.
        """
        every = sorted(source.resolve().rglob("*.jpg"))
        count = count or len(every)
        if not every:
            sys.exit(f"{source} holds no photograph.")
        if not weights.startswith("untrained:"):
            weights = str(Path(weights).resolve())
        field = cls(folder, folder / "Test", folder / "Warm", weights, count)
        chosen = [every[i * len(every) // count] for i in range(count)]
        for place, paths in ((field.photographs, chosen), (field.warm_up, chosen[:WARM_UP])):
            for number, path in enumerate(paths):
                target = place / path.relative_to(source.resolve())
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target.with_stem(f"{target.stem}-{number}"))
        return field

    def with_weights(self, weights: object) -> "Field":
        """Return the same with other weights."""
        return replace(self, weights=str(weights))

    def arguments(self, out: Path, report: Path) -> list[str]:
        """Return a contestant's command line, and make room for what it writes."""
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        report.unlink(missing_ok=True)
        places = [self.photographs, self.warm_up, out, self.weights, report]
        return [str(place) for place in places]


def run(
    script: Path,
    arguments: Sequence[object],
    variables: dict | None = None,
    venv: str = "parity",
) -> None:
    """Run one contestant once, on the Python of .venv/<venv>. What it said is shown if it fails."""
    command = [spark_of(venv).python, script, *arguments]
    done = subprocess.run(
        list(map(str, command)),
        check=False,
        capture_output=True,
        text=True,
        env=environment(script, venv, **(variables or {})),
    )
    if done.returncode:
        sys.exit(f"{script.name} ended with {done.returncode}:\n{done.stderr[-6000:]}")


def measure(
    field: Field,
    name: str,
    script: Path,
    *options: str,
    variables: dict | None = None,
    venv: str = "parity",
) -> Report:
    """Run one contestant once; return its report, with the seconds of the whole process."""
    out, report = field.folder / name, field.folder / f"{name}.json"
    start = time.perf_counter()
    run(script, [*field.arguments(out, report), *options], variables, venv)
    seconds = time.perf_counter() - start
    return {"process_s": seconds, **json.loads(report.read_text())}


def in_turn(
    contestants: dict[str, int], measure_one: Callable[[str], Report]
) -> dict[str, list[Report]]:
    """Run the contestants in turn, each as many rounds as it is given; return all reports."""
    reports: dict[str, list[Report]] = {name: [] for name in contestants}
    for number in range(max(contestants.values())):
        for name, rounds in contestants.items():
            if number < rounds:
                reports[name].append(measure_one(name))
                said = ", ".join(f"{key} {value:.1f}" for key, value in reports[name][-1].items())
                print(f"  round {number + 1}: {name}: {said}", file=sys.stderr, flush=True)
    return reports


def medians(reports: dict[str, list[Report]]) -> dict[str, Report]:
    """Return the median of each figure of each contestant over its rounds."""
    return {
        name: {key: statistics.median(report[key] for report in rounds) for key in rounds[0]}
        for name, rounds in reports.items()
    }


def write_features(paths: list[Path], features: np.ndarray, out: Path) -> None:
    """Write a table of features, (rows, columns) float32, of photographs."""
    offsets = pa.array(np.arange(len(features) + 1, dtype=np.int32) * features.shape[1])
    columns = {
        "path": [f"file:{path}" for path in paths],
        "label": [path.parent.name for path in paths],
        "features": pa.ListArray.from_arrays(offsets, pa.array(features.ravel())),
    }
    out.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), out / "part-00000.parquet")


def features_folder(out: Path) -> Path:
    """Return where a contestant leaves its features."""
    return out / "features" if (out / "features").is_dir() else out


def rows_of(folder: Path, column: str = "features") -> dict[str, np.ndarray]:
    """Return a table's vectors by path: of list<float>, or Spark ML's dense vectors."""
    rows: dict[str, np.ndarray] = {}
    for path in sorted(folder.glob("*.parquet")):
        table = pq.read_table(path, columns=["path", column], partitioning=None)
        lists = table[column].combine_chunks()
        lists = lists.field("values") if hasattr(lists, "field") else lists
        if len(table):
            values = pc.list_flatten(lists).to_numpy().reshape(len(table), -1)
            rows |= dict(zip(table["path"].to_pylist(), values, strict=True))
    return rows


def check_features(name: str, theirs: dict, ours: dict, images: int, bound: float) -> float:
    """Compare two tables of features, row by row; return the largest difference, in the largest."""
    assert len(ours) == images, f"{len(ours)} features of {images} images"
    assert theirs.keys() == ours.keys(), f"{name}: {len(theirs)} features of {images} images"
    worst = 0.0
    for path, row in ours.items():
        worst = max(worst, float(np.abs(theirs[path] - row).max() / np.abs(row).max()))
    assert worst <= bound, f"{name}: the features differ by {worst:.1e}"
    return worst


def check_cosine(name: str, theirs: dict, ours: dict, least: float) -> float:
    """Compare two tables of features, row by row; return the lowest cosine."""
    assert theirs.keys() == ours.keys(), f"{name}: {len(theirs)} features of {len(ours)} images"
    lowest = 1.0
    for path, row in ours.items():
        other = theirs[path]
        cosine = float(row @ other / np.sqrt((row @ row) * (other @ other)))
        assert cosine >= least, f"{name}: the features of {path} have a cosine of {cosine:.4f}"
        lowest = min(lowest, cosine)
    return lowest


def print_table(figures: dict[str, Report], headings: dict[str, str]) -> None:
    """Print a row a contestant."""
    print(" " * 22, *(f"{heading:>14}" for heading in headings.values()))
    for name, row in figures.items():
        cells = (f"{row[key]:14.1f}" if key in row else f"{'-':>14}" for key in headings)
        print(f"{name:22}", *cells)


def print_ratios(ratios: dict[str, float]) -> None:
    """Print a line a ratio."""
    for what, ratio in ratios.items():
        print(f"{what}: {ratio:.2f}")


def command_line(description: str, images: int) -> argparse.ArgumentParser:
    """Return a parser of what all benchmarks of photographs take; `images` is the default."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("weights")
    parser.add_argument("--images", type=int, default=images)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    return parser


@contextlib.contextmanager
def prepared(given: argparse.Namespace) -> Iterator[Field]:
    """Lay the photographs of a command line out in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield Field.prepare(given.photographs, Path(folder), given.images, given.weights)


def conclude(
    path: Path | None, images: int, figures: dict, ratios: dict, headings: dict, **more: object
) -> None:
    """Print the medians and ratios of a benchmark, and save them."""
    print_table(figures, headings)
    print_ratios(ratios)
    save(path, {"images": images, "figures": figures, "ratios": ratios, **more})


def save(path: Path | None, result: dict) -> None:
    """Write the result, with the machine that it is of, where the command line says."""
    if path:
        path.write_text(json.dumps({"machine": machine(), **result}, indent=1) + "\n")
