# SPDX-License-Identifier: Apache-2.0
"""Measure whether memory and CPU an image stay as they are when the images grow tenfold.

usage: run.py PHOTOGRAPHS [--images 100000 1000000] [--no-spark] [--json FILE]

The photographs are packed into tars under other names until there are enough. The network is the
brightness of 64 patches of an image, so that it does not hide what the road itself takes. Shards
have as many images in every size: a worker holds part of a shard, and what is asked is whether
anything grows with the number of images.

Each size goes through `verger run` on two threads and, in Spark, through two executors of one core;
what counts is the peak of the program that drives. At the largest size a run is killed in its midst
and resumed, one tar of a hundred is written anew and the result brought up to date, and all of it
inspected. Before a figure counts, every image must have its row, and the resumed run and Spark's
must have the bits of the undisturbed one.
"""

import argparse
import io
import itertools
import json
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = ROOT / "build" / "verger"
PACKAGE = str(ROOT / "build" / "release" / "python")
JOB = Path(__file__).with_name("job.py")
MAKE_NETWORK = ROOT / "bench" / "support" / "patches_network.py"
A_TAR = 10_000  # images
A_SHARD = 32_000  # images, as a run of a million has by default
PATIENCE_S = 4 * 3600  # for a job of a million images beside other work

sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "bench" / "support")]
from processes import Peak, measured  # noqa: E402
from results import model_bits  # noqa: E402
from servers.spark_standalone import spark_standalone  # noqa: E402


def write_tar(path: Path, photographs: Iterator[bytes], first: int, images: int) -> None:
    """Write one tar of images with the numbers from `first` on, in classes of 500."""
    with tarfile.open(path, "w") as tar:
        for number in range(first, first + images):
            member = tarfile.TarInfo(f"class {number // 500:06d}/{number:09d}.jpg")
            photograph = next(photographs)
            member.size = len(photograph)
            tar.addfile(member, io.BytesIO(photograph))


class Scale:
    """One size: where its images and results are."""

    def __init__(self, folder: Path, photographs: list[bytes], images: int, network: Path) -> None:
        """Pack the images."""
        self.folder, self.images = folder, images
        self.tars = folder / "tars"
        self.tars.mkdir(parents=True)
        self.photographs = photographs
        self.network, self.parts = str(network), str(max(1, images // A_SHARD))
        self.options = ["--model", self.network]
        for number in range(images // A_TAR):
            self.pack(number, 0)

    def pack(self, number: int, skipped: int) -> None:
        """Write a tar, beginning with another photograph."""
        cycle = itertools.cycle(self.photographs)
        photographs = itertools.islice(cycle, number * A_TAR + skipped, None)
        write_tar(self.tars / f"{number:05d}.tar", photographs, number * A_TAR, A_TAR)

    def start(self, command: str, out: Path, *options: str) -> subprocess.Popen:
        """Start the program."""
        line = [PROGRAM, command, self.tars, out, *self.options, "--threads", "2", *options]
        return subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def run(self, command: str, out: Path, *options: str) -> dict[str, float]:
        """Run the program to its end."""
        began = time.monotonic()
        return measured(self.start(command, out, *options), began)

    def check(self, out: Path, **counts: int) -> dict:
        """Check what the record counts; return it."""
        record = json.loads((out / "_verger" / "run.json").read_text())
        expected = {"listed": self.images, "features": self.images, "rejected": 0} | counts
        counted = {name: record["counts"][name] for name in expected}
        assert counted == expected, counted
        return record


def local(scale: Scale) -> dict[str, float]:
    """The chain by threads of the program."""
    out = scale.folder / "local"
    figures = scale.run("run", out, "--parts", scale.parts)
    record = scale.check(out)
    cpu = record["cpu_seconds"]["extract"]
    return figures | {"cpu_us_an_image": 1e6 * cpu / scale.images, "k": record["reduction"]["k"]}


def killed_and_resumed(scale: Scale) -> dict[str, float]:
    """Kill a run when half of its shards are done, and resume it."""
    out = scale.folder / "killed"
    shards = len(list((scale.folder / "local" / "_verger" / "shards").iterdir()))
    process = scale.start("run", out, "--parts", scale.parts)
    manifests = out / "_verger" / "shards"
    while not manifests.exists() or len(list(manifests.glob("*.json"))) < shards // 2:
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    figures = scale.run("run", out, "--parts", scale.parts, "--resume")
    resumed = scale.check(out)["shards"]["resumed"]
    assert resumed >= shards // 2
    assert model_bits(out) == model_bits(scale.folder / "local")
    return figures | {"shards": shards, "resumed": resumed}


def updated(scale: Scale) -> dict[str, float]:
    """Write one tar of a hundred anew, and bring the result up to date."""
    out = scale.folder / "local"
    tars = range(0, scale.images // A_TAR, 100)
    for number in tars:
        scale.pack(number, 1)
    figures = scale.run("update", out)
    assert scale.check(out)["update"]["changed"] == len(tars) * A_TAR
    return figures


def inspected(scale: Scale) -> dict[str, float]:
    """Inspect the result."""
    began = time.monotonic()
    line = [PROGRAM, "inspect", scale.folder / "local"]
    return measured(subprocess.Popen(line, stdout=subprocess.DEVNULL), began)


def in_spark(scale: Scale) -> dict[str, float]:
    """The same by two executors of one core."""
    out = scale.folder / "spark"
    with spark_standalone(scale.folder / "cluster") as cluster:
        peak = Peak()
        began = time.monotonic()
        cluster.environment["PYTHONPATH"] = PACKAGE
        settings = {"spark.executorEnv.PYTHONPATH": PACKAGE}
        arguments = [JOB, scale.tars, out, scale.network, scale.parts]
        cluster.submit(*arguments, settings=settings, timeout=PATIENCE_S)
        seconds, peak_mb = time.monotonic() - began, peak.mb()
    record = scale.check(out)
    assert model_bits(out) == model_bits(scale.folder / "local")
    cpu = record["cpu_seconds"]["extract"]
    return {
        "seconds": seconds,
        "peak_mb": peak_mb,
        "cpu_us_an_image": 1e6 * cpu / scale.images,
    }


def measure(folder: Path, photographs: list[bytes], images: int, spark: bool, last: bool) -> dict:
    """Measure one size."""
    network = folder / "patches.onnx"
    if not network.exists():
        subprocess.run([sys.executable, MAKE_NETWORK, network], check=True)
    scale = Scale(folder / str(images), photographs, images, network)
    stages = [local] + ([in_spark] if spark else [])
    if last:
        stages += [killed_and_resumed, updated, inspected]
    figures = {}
    for stage in stages:
        figures[stage.__name__] = measured = stage(scale)
        shown = ", ".join(f"{name} {value:.1f}" for name, value in measured.items())
        print(f"{images:>9} {stage.__name__}: {shown}", flush=True)
    return figures


def main() -> None:
    """Measure each size; print how the largest compares with the smallest."""
    parser = argparse.ArgumentParser(description="Measure how little grows with the images.")
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--images", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--no-spark", action="store_true")
    parser.add_argument("--folder", type=Path, help="with room for 20 kB an image")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    paths = sorted(arguments.photographs.rglob("*.jpg"))
    photographs = [path.read_bytes() for path in paths]
    sizes = {}
    with tempfile.TemporaryDirectory(dir=arguments.folder) as temporary:
        for images in arguments.images:
            last = images == arguments.images[-1]
            spark = not arguments.no_spark
            sizes[images] = measure(Path(temporary), photographs, images, spark, last)
    first, last = sizes[arguments.images[0]], sizes[arguments.images[-1]]
    for stage in ["local"] + ([] if arguments.no_spark else ["in_spark"]):
        for figure in ("peak_mb", "cpu_us_an_image"):
            print(f"{stage}, {figure}: x {last[stage][figure] / first[stage][figure]:.3f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(sizes, indent=1) + "\n")


if __name__ == "__main__":
    main()
