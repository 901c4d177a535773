# SPDX-License-Identifier: Apache-2.0
"""A load for a service: photographs over kept connections, as fast as it answers or at a pace."""

import json
import socket
import threading
import time
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Load:
    """What was asked, and when the answers came."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)  # seconds that each request took
    bodies: dict[int, bytes] = field(default_factory=dict)  # by the photograph's number

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds

    @property
    def answers(self) -> dict[int, dict]:
        """The answers by the photographs' numbers."""
        return {number: json.loads(body)["queries"][0] for number, body in self.bodies.items()}

    def quantile(self, share: float) -> float:
        """Milliseconds within which this share of the requests was answered."""
        return 1e3 * float(np.quantile(self.times, share))


class Connection:
    """A connection that is kept."""

    def __init__(self, port: int) -> None:
        """Open it."""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._replies = self._socket.makefile("rb")

    def ask(self, photograph: bytes) -> bytes:
        """Send a photograph; return the body of the reply, which must be an answer."""
        head = "POST /v1/similar HTTP/1.1\r\nHost: b\r\nContent-Type: image/jpeg\r\n"
        self._socket.sendall(
            f"{head}Content-Length: {len(photograph)}\r\n\r\n".encode() + photograph
        )
        status = self._replies.readline()
        assert b" 200 " in status or b" 422 " in status, status
        length = 0
        while (line := self._replies.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return self._replies.read(length)


def run_load(
    port: int, photographs: list[bytes], connections: int, pace: float = 0.0, seed: int = 1
) -> Load:
    """Ask for all photographs, over so many connections.

    With a `pace`, in requests a second, they come as a Poisson process, and a request's time counts
    from when it should have been sent: what waits behind a slow one is slow as well.
    """
    load = Load()
    lock = threading.Lock()
    gaps = np.random.default_rng(seed).exponential(1 / pace if pace else 0, len(photographs))
    due = np.cumsum(gaps)
    numbers = iter(range(len(photographs)))
    start = time.perf_counter()

    def work() -> None:
        connection = Connection(port)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            begin = start + due[number] if pace else time.perf_counter()
            time.sleep(max(0.0, begin - time.perf_counter()))
            body = connection.ask(photographs[number])
            took = time.perf_counter() - begin
            with lock:
                load.times.append(took)
                load.bodies[number] = body

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - start
    return load
