#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program of $GENUINE, whose workers have the fault that $FAULT names.

Each command is the genuine one; only between `verger work` and its crew stands this script.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Worker:
    """A genuine worker."""

    def __init__(self, words):
        """Start it."""
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True)

    def do(self, order, more=0):
        """Its outcome of an order, as another attempt."""
        line = json.dumps({**order, "attempt": order["attempt"] + more})
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def path_of(order, place):
    """The folder of this machine that an order names."""
    return Path(unquote(urlsplit(order[place]).path))


def failure(order, message):
    """The outcome of an order that failed."""
    told = {"kind": "io", "message": message}
    names = {name: order[name] for name in ("order", "attempt")}
    return {"type": "outcome", **names, "error": told}


def second_fails_twice(worker, order):
    """Its files stay behind at first, without an answer."""
    if order["order"] == "extract-00001" and order["attempt"] < 2:
        if order["attempt"] == 0:
            worker.do(order)
            manifest = path_of(order, "output") / "_verger/shards/00001.json"
            manifest.unlink()
        return failure(order, "Cannot write the second shard.")
    return worker.do(order)


def third_fails(worker, order):
    """Every attempt at it does."""
    if order["order"] == "extract-00002":
        return failure(order, "Cannot write the third shard.")
    return worker.do(order)


def all_done_twice(worker, order):
    """The slower of two attempts, which had not seen the other's manifest, overwrites it."""
    if order["stage"] != "extract":
        return worker.do(order)
    first = worker.do(order)
    number = order["shard"]["number"]
    manifest = path_of(order, "output") / f"_verger/shards/{number:05}.json"
    written = manifest.read_bytes()
    assert worker.do(order, 100)["manifest"] == first["manifest"]
    manifest.unlink()
    worker.do(order, 200)
    assert manifest.read_bytes() != written
    return first


def second_dies(worker, order):
    """Its worker is killed in the midst of it, once."""
    if order["order"] == "extract-00001" and order["attempt"] == 0:
        worker.process.stdin.write(json.dumps(order) + "\n")
        worker.process.stdin.flush()
        worker.process.kill()
        os.kill(os.getpid(), signal.SIGKILL)
    return worker.do(order)


def answers_are_lost(worker, order):
    """What two attempts wrote stays behind, the manifest as well."""
    outcome = worker.do(order)
    return failure(order, "The answer is lost.") if order["attempt"] < 2 else outcome


def an_image_changes(worker, order):
    """One of the second shard, after it was done."""
    outcome = worker.do(order)
    if order["order"] == "extract-00001":
        changed = sorted(path_of(order, "input").rglob("*.jpg"))[20]
        changed.write_bytes(changed.read_bytes() + b"\0")
    return outcome


def main():
    """Run the command, or stand between a worker and its crew."""
    words = [os.environ["GENUINE"], *sys.argv[1:]]
    if sys.argv[1] != "work":
        os.execv(words[0], words)
    worker, do = Worker(words), globals()[os.environ["FAULT"]]
    for line in sys.stdin:
        print(json.dumps(do(worker, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
