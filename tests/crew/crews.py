# SPDX-License-Identifier: Apache-2.0
"""Runs whose shards a crew does, and what they must come to."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from conftest import ROOT
from storage.results import leftovers

EXAMPLE = ROOT / "examples/crew.py"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=[-.])")
ATTEMPT = re.compile(r"-c\d{3}(?=\.)")
# What tells of the run itself, and what names files by their UUID.
RECORDS = ("_verger/run.json", "_verger/reduction.json", "report.html", "_verger/report.html")


def plain(name):
    """A file's name without what differs between runs, and between attempts."""
    name = ATTEMPT.sub("", UUID.sub("UUID", name))
    return name.replace("-UUID.moments", ".moments").replace("-UUID.parquet", ".parquet")


def files(output):
    """The bytes of every file of a result, by its plain name; the manifests' as they describe."""
    hashes = {}
    for path in sorted(Path(output).rglob("*")):
        name = path.relative_to(output).as_posix()
        if not path.is_file() or name in RECORDS or name.endswith("_SUCCESS"):
            continue
        data = path.read_bytes()
        if name.startswith("_verger/shards/"):
            data = re.sub(r'"name": "([^"]*)"', lambda n: plain(n[1]), data.decode()).encode()
        assert plain(name) not in hashes, f"{name} is there twice"
        hashes[plain(name)] = hashlib.sha256(data).hexdigest()
    return hashes


def record(output):
    """The run.json of an output."""
    return json.loads((Path(output) / "_verger/run.json").read_text())


def check_same(verger, ours, theirs):
    """The crew's result is that of the threads, whole, and nothing else lies about."""
    verger("inspect", ours)
    assert files(ours) == files(theirs)
    assert not leftovers(ours)
    assert not (ours / "_verger/plan").exists()
    assert record(ours)["counts"] == record(theirs)["counts"]


def path_of(folder, program):
    """The environment in which `verger` is this program."""
    folder.mkdir(exist_ok=True)
    link = folder / "verger"
    if not link.is_symlink():
        link.symlink_to(program)
    return os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}


def start_example(environment, *command, options=()):
    """Start examples/crew.py on a command of verger."""
    return subprocess.Popen(
        [sys.executable, EXAMPLE, *map(str, options), "--", *map(str, command)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_example(environment, *command, options=(), exit_code=0):
    """Run examples/crew.py to its end; what was said on standard error."""
    crew = start_example(environment, *command, options=options)
    _, said = crew.communicate(timeout=300)
    assert crew.returncode == exit_code, said
    return said


class Worker:
    """A worker that is handed orders by hand."""

    def __init__(self, program, *options, environment=None):
        """Start it."""
        self.process = subprocess.Popen(
            [program, "work", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=environment,
        )

    def take(self, order):
        """Hand it an order, and wait for nothing."""
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def outcome(self):
        """Wait for what it made of the next order."""
        return json.loads(self.process.stdout.readline())

    def do(self, order):
        """Hand it an order, and wait for the outcome."""
        self.take(order)
        return self.outcome()

    def end(self):
        """End its orders; its exit code."""
        self.process.stdin.close()
        return self.process.wait(timeout=60)


class Driver:
    """A driver whose crew is a test."""

    def __init__(self, program, *command, environment=None, spark=None):
        """Start it, and say hello."""
        self.process = subprocess.Popen(
            [program, *map(str, command), "--crew", "stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=environment,
        )
        hello = {"type": "hello", "protocol": 1}
        self.tell(hello if spark is None else hello | {"spark": spark})
        self.hello = self.read()

    def tell(self, message):
        """Send a message."""
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def read(self):
        """Wait for the next message."""
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        return json.loads(line)

    def stage(self):
        """Wait for a stage and all of its orders."""
        stage = self.read()
        assert stage["type"] == "stage", stage
        return stage, [self.read() for _ in range(stage["orders"])]

    def do_rest(self, worker):
        """Let one worker do whatever comes, to the end; the last message."""
        while (message := self.read())["type"] != "end":
            if message["type"] == "order":
                self.tell(worker.do(message))
        return message

    def end(self):
        """Wait for its end; the exit code and what it said on standard error."""
        self.process.stdin.close()
        said = self.process.stderr.read()
        return self.process.wait(timeout=60), said
