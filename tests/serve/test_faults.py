# SPDX-License-Identifier: Apache-2.0
"""Clients that are slow, silent, greedy or hostile do not keep `verger serve` from the others."""

import contextlib
import random
import resource
import socket
import threading
import time

import pytest
from servers.service import Service

CROWD = 1000
PATIENCE_S = 60


@pytest.fixture(autouse=True, scope="module")
def descriptors():
    """As many as a crowd takes."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, max(before, 4 * CROWD)), most))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))


@pytest.fixture(scope="module")
def photograph(orchard):
    return min(orchard.rglob("*.jpg")).read_bytes()


@pytest.fixture(scope="module")
def service(program, result):
    with Service(program, result, "--threads", 2) as running:
        yield running
        assert running.stop() == 0


def head(length):
    return f"POST /v1/similar HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode()


def test_a_crowd_that_says_nothing_or_half_is_no_hindrance(service, photograph):
    before = service.memory()
    starts = (b"", b"G", b"POST /v1/similar HTTP/1.1\r\nX: ", head(10_000_000) + b"x" * 1000)
    crowd = [service.connect(starts[i % len(starts)]) for i in range(CROWD)]
    try:
        began = time.monotonic()
        for _ in range(20):
            assert service.similar(photograph)[0] == 200
        assert time.monotonic() - began < PATIENCE_S
        assert service.metrics()["verger_serve_connections",] > CROWD
        assert service.memory() < before + (200 << 20)
    finally:
        for client in crowd:
            client.close()


def test_a_huge_body_is_refused_and_not_kept(service, photograph):
    before = service.memory()
    size = 100 << 20
    with service.connect(head(size)) as client:
        assert client.recv(12) == b"HTTP/1.1 413"
    chunks = b"%x\r\n" % (1 << 20) + bytes(1 << 20) + b"\r\n"
    with service.connect(
        b"POST /v1/similar HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    ) as client:
        for _ in range(size >> 20):
            client.sendall(chunks)
        assert client.recv(12) == b"HTTP/1.1 413"
    assert service.memory() < before + (64 << 20)
    assert service.similar(photograph)[0] == 200


def test_many_large_bodies_are_held_within_bounds(service, photograph):
    before = service.memory()
    body = bytes(19 << 20)
    clients = [service.connect(head(20 << 20)) for _ in range(16)]

    def send(client):
        with contextlib.suppress(OSError):  # it is refused
            client.sendall(body)

    threads = [threading.Thread(target=send, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert service.memory() < before + (400 << 20)
    refused = 0
    for client in clients:
        client.settimeout(0.1)
        with contextlib.suppress(TimeoutError):
            refused += client.recv(12) == b"HTTP/1.1 503"
        client.close()
    assert refused > 0
    deadline = time.monotonic() + PATIENCE_S
    while service.similar(photograph)[0] != 200:
        assert time.monotonic() < deadline


def test_garbage_is_survived(service, photograph):
    source = random.Random(1)
    whole = head(len(photograph)) + photograph
    for _ in range(200):
        garbage = bytearray(whole if source.random() < 0.7 else source.randbytes(2000))
        for _ in range(source.randrange(1, 20)):
            garbage[source.randrange(min(len(garbage), 200))] = source.randrange(256)
        with service.connect() as client, contextlib.suppress(OSError):  # it hangs up
            client.sendall(garbage)
            client.shutdown(socket.SHUT_WR)
            client.recv(100)
    assert service.similar(photograph)[0] == 200


def test_hasty_clients_who_leave_are_forgotten(service, photograph):
    for _ in range(100):
        service.connect(head(len(photograph)) + photograph).close()
    deadline = time.monotonic() + PATIENCE_S
    while service.metrics()["verger_serve_connections",] > 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert service.similar(photograph)[0] == 200


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_memory_is_flat_however_many_ask(program, result, photograph):
    with Service(program, result, "--threads", 2) as service:

        def send(count):
            body = head(len(photograph)) + photograph
            with service.connect() as client:
                replies = client.makefile("rb")
                for _ in range(count):
                    client.sendall(body)
                    length = 0
                    while (line := replies.readline()) != b"\r\n":
                        if line.lower().startswith(b"content-length:"):
                            length = int(line.split(b":")[1])
                    replies.read(length)

        def crowd(count):
            threads = [threading.Thread(target=send, args=[count]) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        crowd(250)
        before = service.memory()
        crowd(1500)
        assert service.memory() < before + (8 << 20)
        assert service.stop() == 0
