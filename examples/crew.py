# SPDX-License-Identifier: Apache-2.0
"""A crew for verger (docs/crew.md): workers on this machine, or behind a command such as ssh."""

import argparse
import collections
import itertools
import json
import queue
import select
import signal
import threading
from subprocess import PIPE, Popen

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--workers", type=int, default=2)
parser.add_argument("--prefix", default="", help="starts a worker elsewhere, such as 'ssh node1'")
parser.add_argument("--patience", type=float, default=3600, help="seconds that an order may take")
parser.add_argument("command", nargs="+", help="of verger, behind --, such as run IN OUT")
options = parser.parse_args()
pipes = {"stdin": PIPE, "stdout": PIPE, "encoding": "utf-8", "start_new_session": True}
driver = Popen(["verger", *options.command, "--crew", "stdio"], **pipes)
attempts = collections.defaultdict(itertools.count)  # at each order
orders, lock = queue.Queue(), threading.Lock()


def tell(message, to=driver):  # noqa: D103
    with lock:
        to.stdin.write(json.dumps(message) + "\n")
        to.stdin.flush()


def give(order):  # noqa: D103 - first, and again when its worker died or hangs
    again = {**order, "attempt": next(attempts[order["order"]])}
    if again["attempt"] < 4:
        return orders.put(again)
    return tell({**again, "type": "outcome", "error": {"kind": "io", "message": "Workers die."}})


def work():  # noqa: D103
    worker = None
    while order := orders.get():
        worker = worker or Popen([*options.prefix.split(), "verger", "work"], **pipes)
        try:
            tell(order, worker)
            if not select.select([worker.stdout], [], [], options.patience)[0]:
                give(order)
            tell(json.loads(worker.stdout.readline()))
        except (OSError, ValueError):  # it is dead, or says what nobody understands
            worker = None
            give(order)


for stop in (signal.SIGINT, signal.SIGTERM):  # the driver says how the run ends
    signal.signal(stop, lambda number, _: driver.send_signal(number))
tell({"type": "hello", "protocol": 1})
for _ in range(options.workers):
    threading.Thread(target=work, daemon=True).start()
for message in map(json.loads, driver.stdout):
    if message["type"] == "order":
        give(message)
raise SystemExit(driver.wait())  # the workers' orders end with this process, and they with them
