# SPDX-License-Identifier: Apache-2.0
"""An HTTP proxy in front of an S3 server that makes the faults of networks and busy servers."""

import asyncio
import contextlib
import random
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

SLOW_DOWN = (
    b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
)
INTERNAL = b"<Error><Code>InternalError</Code><Message>We are sorry.</Message></Error>"


@dataclass
class Faults:
    """What goes wrong, and how often. May be changed while the proxy runs."""

    rates: dict = field(default_factory=dict)  # kind -> share of the requests
    latency: float = 0.0  # seconds before every GET
    refuse: object = None  # a function of (method, target): answered by 503 whenever it is true
    seed: int = 1
    done: Counter = field(default_factory=Counter)  # counts the faults by kind

    def __post_init__(self):
        """Seed the draw."""
        self.random = random.Random(self.seed)

    def choose(self, method, target):
        """The fault of this request, or None."""
        if self.refuse and self.refuse(method, target):
            return "503"
        draw = self.random.random()
        for kind, rate in self.rates.items():
            if draw < rate:
                self.done[kind] += 1
                return kind
            draw -= rate
        return None


async def read_message(reader):
    """A head and a body; (None, None) at the end of the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None, None
    return head, headers_of(head)


def headers_of(head):
    """The header lines of a message, names in lower case."""
    lines = head.decode("latin-1").split("\r\n")[1:-2]
    return {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}


async def read_body(reader, headers):
    """The body as it was sent, chunks included."""
    if "chunked" in headers.get("transfer-encoding", ""):
        body = b""
        while True:
            line = await reader.readuntil(b"\r\n")
            size = int(line.split(b";")[0], 16)
            body += line + await reader.readexactly(size + 2)
            if size == 0:
                return body
    return await reader.readexactly(int(headers.get("content-length", 0)))


def answer(status, body):
    """A whole response."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + body


def shortened(head, body):
    """Half of a response, whose head says that this is all: a cache that holds half an object."""
    body = body[: len(body) // 2]
    begin = int(re.search(rb"(?i)content-range: bytes (\d+)", head)[1])
    end = begin + len(body)
    head = re.sub(
        rb"(?i)(content-range: bytes) [^\r]*", rb"\1 %d-%d/%d" % (begin, end - 1, end), head
    )
    return re.sub(rb"(?i)(content-length:) \d+", rb"\1 %d" % len(body), head) + body


class FaultProxy:
    """Listens on loopback; every connection has one of its own to the server."""

    def __init__(self, upstream, faults):
        """`upstream`: the server's http://host:port."""
        self.upstream = urlsplit(upstream)
        self.faults = faults
        self.requests = Counter()  # by method

    async def serve(self, reader, writer):
        """One client's connection."""
        try:
            upstream = await asyncio.open_connection(self.upstream.hostname, self.upstream.port)
            while await self.forward(reader, writer, *upstream):
                pass
        except (asyncio.CancelledError, asyncio.IncompleteReadError, OSError):
            pass
        finally:
            with contextlib.suppress(Exception):
                writer.close()
                upstream[1].close()

    async def forward(self, reader, writer, server_reader, server_writer):
        """One request and its response; False ends the connection."""
        head, headers = await read_message(reader)
        if head is None:
            return False
        method, target = head.split(b" ", 2)[:2]
        method, target = method.decode(), target.decode()
        self.requests[method] += 1
        if "expect" in headers:
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            head = b"\r\n".join(
                line for line in head.split(b"\r\n") if not line.lower().startswith(b"expect:")
            )
        body = await read_body(reader, headers)
        fault = self.faults.choose(method, target)
        if method == "GET":
            await asyncio.sleep(self.faults.latency)
        if fault == "reset":
            writer.transport.abort()
            return False
        if fault in ("500", "503"):
            status = "503 Slow Down" if fault == "503" else "500 Internal Server Error"
            writer.write(answer(status, SLOW_DOWN if fault == "503" else INTERNAL))
            await writer.drain()
            return False
        server_writer.write(head + body)
        await server_writer.drain()
        return await self.respond(method, fault, server_reader, writer)

    async def respond(self, method, fault, server_reader, writer):
        """Hand the server's response on, perhaps damaged."""
        head, headers = await read_message(server_reader)
        if head is None:
            return False
        empty = method == "HEAD" or head.split(b" ")[1] in (b"204", b"304")
        body = b"" if empty else await read_body(server_reader, headers)
        if fault == "truncate" and len(body) > 1:
            writer.write(head + body[: len(body) // 2])
            await writer.drain()
            return False
        if fault == "short" and "content-range" in headers and len(body) > 1:
            writer.write(shortened(head, body))
            await writer.drain()
            return True
        if fault == "drip":
            writer.write(head)
            step = max(1, len(body) // 20)
            for start in range(0, len(body), step):
                writer.write(body[start : start + step])
                await writer.drain()
                await asyncio.sleep(0.05)
            return True
        writer.write(head + body)
        await writer.drain()
        return True


async def end_connections():
    """End what clients that live longer than the proxy left open."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.contextmanager
def fault_proxy(upstream, faults):
    """Run a proxy; yields it, with its address as `endpoint`."""
    proxy = FaultProxy(upstream, faults)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(proxy.serve, "127.0.0.1", 0))
    proxy.endpoint = f"http://localhost:{server.sockets[0].getsockname()[1]}"
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        asyncio.run_coroutine_threadsafe(end_connections(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
