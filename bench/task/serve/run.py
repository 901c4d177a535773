# SPDX-License-Identifier: Apache-2.0
"""Measure `verger serve` beside the bare engine and beside a service in Python.

usage: run.py PHOTOGRAPHS WEIGHTS [--images N] [--rounds N] [--rows N] [--json FILE]

Each server has one core and one thread, its client another. The bare engine is `verger similar` on
the same core, without its start: the time of twice as many photographs less that of once as many.
The answers are compared first: of every photograph the nearest rows, and the label. Then, in turn,
round by round: answers a second over four connections, and the times of requests that come as a
Poisson process at 70 % of that rate.
"""

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[2]
sys.path[:0] = [str(ROOT / "bench" / "support"), str(FOLDER)]
import contest  # noqa: E402
from load import Load, run_load  # noqa: E402

PROGRAM = ROOT / "build" / "verger"
PYTHON = ROOT / ".venv" / "rivals" / "bin" / "python"
MAKE_ONNX = ROOT / "bench/task/spark-features/make_onnx.py"
SERVER_CORE, CLIENT_CORE = 0, 1
CONNECTIONS = 4
AT_PACE = 32  # connections, so that a request that is due finds one free
SHARE = 0.7  # The steady pace is this share of the throughput.
SAME_COSINE = 1e-4


@contextlib.contextmanager
def server(command: list[object]) -> Iterator[int]:
    """Run a server on its core until it answers; yield its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [str(word).replace("PORT", str(port)) for word in command]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "bench/support")}
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    pinned = ["taskset", "-c", str(SERVER_CORE), *words]
    with subprocess.Popen(pinned, stderr=subprocess.PIPE, env=environment) as process:
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            if process.poll() is not None:
                sys.exit(f"{words[0]} ended: {process.stderr.read().decode()[-3000:]}")
            time.sleep(0.05)
        try:
            yield port
        finally:
            process.send_signal(signal.SIGTERM)


def bare_rate(result: Path, weights: str, photographs: list[Path], folder: Path) -> float:
    """Return the answers a second of `verger similar`, without its start."""

    def seconds(paths: list[Path]) -> float:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for number, path in enumerate(paths):
            (folder / f"{number:06}.jpg").symlink_to(path)
        command = ["taskset", "-c", str(SERVER_CORE), PROGRAM, "similar", folder, "--in", result]
        start = time.perf_counter()
        subprocess.run([*map(str, command), "--weights", weights, "--threads", "1", "--json"],
                       check=True, capture_output=True)  # fmt: skip
        return time.perf_counter() - start

    return len(photographs) / (seconds(photographs * 2) - seconds(photographs))


def check_same(ours: Load, theirs: Load) -> None:
    """Require that both named the same nearest rows and labels."""
    assert ours.answers.keys() == theirs.answers.keys()
    for number, answer in ours.answers.items():
        other = theirs.answers[number]
        assert answer["label"] == other["label"], number
        pairs = zip(answer["neighbors"], other["neighbors"], strict=True)
        assert all(abs(a["cosine"] - b["cosine"]) < SAME_COSINE for a, b in pairs), number


def measure(port: int, photographs: list[bytes]) -> tuple[dict[str, float], Load]:
    """Return the figures of one round, and its answers."""
    run_load(port, photographs[:50], CONNECTIONS)
    fast = run_load(port, photographs, CONNECTIONS)
    paced = run_load(port, photographs, AT_PACE, pace=SHARE * fast.rate)
    p50, p99 = paced.quantile(0.5), paced.quantile(0.99)
    return {"answers_per_s": fast.rate, "p50_ms": p50, "p99_ms": p99, "tail": p99 / p50}, fast


class Contest:
    """The servers, the bare engine, and what all of them work on."""

    def __init__(self, given: argparse.Namespace, folder: Path) -> None:
        """Make the result and the rival's network."""
        self.folder, self.weights = folder, str(Path(given.weights).resolve())
        self.result, onnx = folder / "Results", folder / "network.onnx"
        field = contest.Field.prepare(given.photographs, folder, given.rows, self.weights)
        command = [PROGRAM, "run", field.photographs, self.result, "--weights", self.weights]
        subprocess.run(command, check=True, capture_output=True)
        contest.run(MAKE_ONNX, [self.weights, onnx, "NHWC"])
        every = sorted(field.photographs.rglob("*.jpg"))
        self.paths = [every[i * len(every) // given.images] for i in range(given.images)]
        self.photographs = [path.read_bytes() for path in self.paths]
        self.servers = {
            "serve": [PROGRAM, "serve", self.result, "--listen", "127.0.0.1:PORT",
                      "--threads", "1", "--weights", self.weights],
            "fastapi": [PYTHON, FOLDER / "fastapi_server.py", "PORT", onnx, self.result],
        }  # fmt: skip
        self.answers: dict[str, Load] = {}

    def measure(self, name: str) -> dict[str, float]:
        """Return the figures of one round of one contestant."""
        if name == "bare":
            rate = bare_rate(self.result, self.weights, self.paths, self.folder / "asked")
            return {"answers_per_s": rate}
        with server(self.servers[name]) as port:
            figures, self.answers[name] = measure(port, self.photographs)
        if len(self.answers) == len(self.servers):
            check_same(*self.answers.values())
        return figures


def main() -> None:
    """Measure, print and save."""
    parser = contest.command_line(__doc__.splitlines()[0], 1000)
    parser.add_argument("--rows", type=int, default=contest.BUCKET, help="of the result")
    given = parser.parse_args()
    os.sched_setaffinity(0, {CLIENT_CORE})
    with tempfile.TemporaryDirectory() as folder:
        contestants = Contest(given, Path(folder))
        names = ["bare", *contestants.servers]
        rounds = contest.in_turn(dict.fromkeys(names, given.rounds), contestants.measure)
    figures = contest.medians(rounds)
    rate = {name: row["answers_per_s"] for name, row in figures.items()}
    ratios = {
        "serve to bare": rate["serve"] / rate["bare"],
        "serve to fastapi": rate["serve"] / rate["fastapi"],
        "p99 to p50 at 70 % load": figures["serve"]["tail"],
    }
    headings = {"answers_per_s": "answers/s", "p50_ms": "p50 ms", "p99_ms": "p99 ms"}
    contest.conclude(given.json, given.images, figures, ratios, headings, rows=given.rows)


if __name__ == "__main__":
    main()
