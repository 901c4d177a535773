# SPDX-License-Identifier: Apache-2.0
"""Measure `verger serve` beside the bare engine and beside a service in Python.

usage: run.py PHOTOGRAPHS WEIGHTS [--images N] [--rounds N] [--rows N] [--requests N]
              [--folder FOLDER] [--json FILE]

The result that is searched has N rows: photographs of the given folder, each seen a little
otherwise (varied.py). So are those that are asked for, none of which the result has.

Each server has one core and one thread, its client another. Beside them, on the same core: `verger
similar`, which gives the same answers without HTTP, and `verger extract`, which is the engine alone
and searches nothing; both without their start, as the time of twice as many photographs less that
of once as many. The answers of the servers are compared first: of every photograph the nearest
rows, and the label. Where the processor computes in bf16, the service also contends on the result
of a run with `--precision bf16`; of its labels 99 in 100 must be the same.

Then, in turn, round by round: answers a second over four connections; and the times of requests
that come as a Poisson process at 70 % of that rate. A single thread that always took the same time
would have a 99th percentile of 4.3 times the median then (the queue M/D/1), and two threads one of
3.5: a service is judged with a thread on each core.

With --requests, so many are answered at last, and the memory is looked at after each tenth. Of
these photographs nine in ten are cut short: they are answered too (422), without the network. With
--folder, what is searched and asked for is kept there, and taken from there the next time.
"""

import argparse
import contextlib
import os
import resource
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
from varied import vary  # noqa: E402

PROGRAM = ROOT / "build" / "verger"
PYTHON = ROOT / ".venv" / "rivals" / "bin" / "python"
MAKE_ONNX = ROOT / "bench/task/spark-features/make_onnx.py"
SERVER_CORE, CLIENT_CORE = 0, 1
EVERY_CORE = os.sched_getaffinity(0)
CONNECTIONS = 4  # a core
AT_PACE = 32  # connections, so that a request that is due finds one free
SHARE = 0.7  # The steady pace is this share of the throughput.
SAME_COSINE = 1e-4
SAME_SHARE = 1e-3  # by how much two shares of the votes may differ
SAME_LABELS = 0.99  # at least, of those in bf16
IN_BF16 = "serve, bf16"
TICKS = os.sysconf("SC_CLK_TCK")

Report = dict[str, float]


class Server:
    """A server that runs."""

    def __init__(self, process: subprocess.Popen, port: int) -> None:
        """Take over what was started."""
        self.process, self.port = process, port

    def cpu(self) -> float:
        """Seconds of CPU so far."""
        words = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / TICKS

    def megabytes(self) -> float:
        """Megabytes that it has in RAM."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextlib.contextmanager
def server(command: list[object], cores: set[int]) -> Iterator[Server]:
    """Run a server on these cores, a thread on each, until it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [str(word).replace("PORT", str(port)) for word in command]
    words = [word.replace("THREADS", str(len(cores))) for word in words]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "bench/support")}
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    pinned = ["taskset", "-c", ",".join(map(str, cores)), *words]
    with subprocess.Popen(pinned, stderr=subprocess.PIPE, env=environment) as process:
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            if process.poll() is not None:
                sys.exit(f"{words[0]} ended: {process.stderr.read().decode()[-3000:]}")
            time.sleep(0.05)
        try:
            yield Server(process, port)
        finally:
            process.send_signal(signal.SIGTERM)


def check_same(ours: Load, theirs: Load) -> None:
    """Require that both named the same nearest rows and labels."""
    assert ours.answers.keys() == theirs.answers.keys()
    for number, answer in ours.answers.items():
        other = theirs.answers[number]
        share = answer["votes"][0]["share"]
        assert abs(share - other["votes"].get(answer["label"], 0)) < SAME_SHARE, number
        pairs = zip(answer["neighbors"], other["neighbors"], strict=True)
        assert all(abs(a["cosine"] - b["cosine"]) < SAME_COSINE for a, b in pairs), number


def check_labels(ours: Load, theirs: Load) -> None:
    """Require that both named nearly all photographs alike."""
    same = [
        ours.answers[number]["label"] == theirs.answers[number]["label"] for number in ours.answers
    ]
    assert sum(same) >= SAME_LABELS * len(same), sum(same)


def measure_rate(
    running: Server, photographs: list[bytes], connections: int
) -> tuple[Report, Load]:
    """Answers a second, and the answers."""
    run_load(running.port, photographs[:50], connections)
    before = running.cpu()
    load = run_load(running.port, photographs, connections)
    cpu = running.cpu() - before
    return {"answers_per_s": load.rate, "cpu_ms": 1e3 * cpu / len(photographs)}, load


def measure_tail(running: Server, photographs: list[bytes], rate: float) -> Report:
    """Times of requests at a share of this rate."""
    paced = run_load(running.port, photographs, AT_PACE, pace=SHARE * rate)
    p50, p99 = paced.quantile(0.5), paced.quantile(0.99)
    return {"p50_ms": p50, "p99_ms": p99, "tail": p99 / p50}


class Contest:
    """The servers, the bare engine, and what all of them work on."""

    def __init__(self, given: argparse.Namespace, folder: Path) -> None:
        """Make the result and the rival's network."""
        self.folder, self.weights = folder, str(Path(given.weights).resolve())
        self.result, onnx = folder / "Results", folder / "network.onnx"
        if not (self.result / "_SUCCESS").exists():
            vary(given.photographs, folder / "Photographs", given.rows, seed=1)
            vary(given.photographs, folder / "Asked", given.images, seed=2)
            self.run(self.result)
        in_bf16 = folder / "ResultsBf16"
        if contest.computes_bf16() and not (in_bf16 / "_SUCCESS").exists():
            self.run(in_bf16, "--precision", "bf16")
        if not onnx.exists():
            contest.run(MAKE_ONNX, [self.weights, onnx, "NHWC"])
        every = sorted((folder / "Asked").rglob("*.jpg"))
        self.paths = [every[i * len(every) // given.images] for i in range(given.images)]
        self.photographs = [path.read_bytes() for path in self.paths]
        self.servers: dict[str, list[object]] = {
            "serve": self.serve(self.result),
            IN_BF16: self.serve(in_bf16),
            "fastapi": [PYTHON, FOLDER / "fastapi_server.py", "PORT", onnx, self.result],
        }
        self.loads: dict[str, Load] = {}

    def run(self, result: Path, *options: str) -> None:
        """Make a result of the photographs."""
        command = [PROGRAM, "run", self.folder / "Photographs", result, "--weights", self.weights]
        subprocess.run([*command, *options], check=True, capture_output=True)

    def serve(self, result: Path) -> list[object]:
        """Return the command of the service."""
        command = [PROGRAM, "serve", result, "--listen", "127.0.0.1:PORT", "--threads", "THREADS"]
        return [*command, "--weights", self.weights]

    def bare(self, *command: object) -> Report:
        """Answers a second of a command of the program, without its start."""

        def seconds(times: int) -> tuple[float, float]:
            asked, out = self.folder / "once", self.folder / "Out"
            for place in (asked, out):
                shutil.rmtree(place, ignore_errors=True)
            asked.mkdir()
            for number, path in enumerate(self.paths * times):
                (asked / f"{number:06}.jpg").symlink_to(path)
            words = [str(word).replace("ASKED", str(asked)) for word in command]
            words = ["taskset", "-c", str(SERVER_CORE), str(PROGRAM), *words, "--threads", "1"]
            start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([*words, "--weights", self.weights], check=True, capture_output=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            return time.perf_counter() - start, cpu

        twice, once, count = seconds(2), seconds(1), len(self.paths)
        return {
            "answers_per_s": count / (twice[0] - once[0]),
            "cpu_ms": 1e3 * (twice[1] - once[1]) / count,
        }

    def one_core(self, name: str, command: list[object]) -> Report:
        """The figures of a server on one core."""
        with server(command, {SERVER_CORE}) as running:
            figures, self.loads[name] = measure_rate(running, self.photographs, CONNECTIONS)
            figures |= measure_tail(running, self.photographs, figures["answers_per_s"])
        return figures

    def every_core(self) -> Report:
        """The figures of the service on all cores, which its client shares."""
        os.sched_setaffinity(0, EVERY_CORE)
        with server(self.servers["serve"], EVERY_CORE) as running:
            connections = CONNECTIONS * len(EVERY_CORE)
            figures, _ = measure_rate(running, self.photographs * 2, connections)
            figures |= measure_tail(running, self.photographs * 4, figures["answers_per_s"])
        os.sched_setaffinity(0, {CLIENT_CORE})
        return figures

    def measure(self, name: str) -> Report:
        """Return the figures of one round of one contestant."""
        if name == "extract":
            return self.bare("extract", "ASKED", self.folder / "Out")
        if name == "similar":
            return self.bare("similar", "ASKED", "--in", self.result, "--json")
        if name == "serve, all cores":
            return self.every_core()
        figures = self.one_core(name, self.servers[name])
        if name != "serve":
            check = check_labels if name == IN_BF16 else check_same
            check(self.loads["serve"], self.loads[name])
        return figures

    def memory(self, requests: int) -> list[float]:
        """Megabytes of the service after each tenth of so many requests."""
        os.sched_setaffinity(0, EVERY_CORE)
        seen = []
        mixed = [
            whole if number % 10 == 0 else whole[: len(whole) // 2]
            for number, whole in enumerate(self.photographs)
        ]
        with server(self.servers["serve"], EVERY_CORE) as running:
            for _ in range(10):
                times = -(-requests // (10 * len(self.photographs)))
                run_load(running.port, mixed * times, 2 * CONNECTIONS)
                seen.append(running.megabytes())
                print(f"  {seen[-1]:.1f} MB", file=sys.stderr, flush=True)
        return seen


def main() -> None:
    """Measure, print and save."""
    parser = contest.command_line(__doc__.splitlines()[0], 1000)
    parser.add_argument("--rows", type=int, default=contest.BUCKET, help="of the result")
    parser.add_argument("--requests", type=int, default=0, help="after which memory is looked at")
    parser.add_argument("--folder", type=Path, help="where what is made is kept")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        contestants = Contest(given, given.folder or Path(folder))
        os.sched_setaffinity(0, {CLIENT_CORE})
        names = ["extract", "similar", "serve", "fastapi", "serve, all cores"]
        names += [IN_BF16] if contest.computes_bf16() else []
        rounds = contest.in_turn(dict.fromkeys(names, given.rounds), contestants.measure)
        seen = contestants.memory(given.requests) if given.requests else []
    figures = contest.medians(rounds)
    rate = {name: row["answers_per_s"] for name, row in figures.items()}
    cpu = {name: row["cpu_ms"] for name, row in figures.items()}
    ratios = {
        "serve to similar": rate["serve"] / rate["similar"],
        "serve to extract": rate["serve"] / rate["extract"],
        "serve to fastapi": rate["serve"] / rate["fastapi"],
        "serve to similar, by CPU": cpu["similar"] / cpu["serve"],
        "serve to extract, by CPU": cpu["extract"] / cpu["serve"],
        "serve to fastapi, by CPU": cpu["fastapi"] / cpu["serve"],
        "p99 to p50 at 70 % load, one core": figures["serve"]["tail"],
        "p99 to p50 at 70 % load, all cores": figures["serve, all cores"]["tail"],
    }
    if IN_BF16 in figures:
        ratios["serve to fastapi, in bf16"] = rate[IN_BF16] / rate["fastapi"]
        ratios["serve to fastapi, in bf16, by CPU"] = cpu["fastapi"] / cpu[IN_BF16]
    if seen:
        ratios["memory, the last tenth to the second"] = seen[-1] / seen[1]
    headings = {"answers_per_s": "answers/s", "cpu_ms": "CPU ms"}
    headings |= {"p50_ms": "p50 ms", "p99_ms": "p99 ms"}
    contest.conclude(given.json, given.images, figures, ratios, headings, rows=given.rows, mb=seen)


if __name__ == "__main__":
    main()
