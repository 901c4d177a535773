# SPDX-License-Identifier: Apache-2.0
"""HTTPS in front of a server on loopback, with a certificate of an authority of its own."""

import contextlib
import socket
import ssl
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path


@dataclass
class TlsFront:
    """A running front."""

    endpoint: str
    authority: Path  # the certificate that a client is to trust


def make_certificates(folder):
    """Make an authority and a server's certificate for localhost, signed by it."""
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    authority = ["-x509", *curve, "-subj", "/CN=A test's authority", "-keyout", "ca.key"]
    server = ["-x509", *curve, "-subj", "/CN=A test's server", "-keyout", "server.key"]
    server += ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=CA:FALSE"]
    server += ["-CA", "ca.pem", "-CAkey", "ca.key"]
    for words in ([*authority, "-out", "ca.pem"], [*server, "-out", "server.pem"]):
        subprocess.run(["openssl", "req", *words], cwd=folder, check=True, capture_output=True)


def pass_on(source, target):
    """Copy what comes until it ends, then say so to the other side."""
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def serve_connection(context, raw, address):
    """Speak TLS with a client and pass on what it says."""
    with raw, contextlib.suppress(OSError):  # a client that does not trust us hangs up
        client = context.wrap_socket(raw, server_side=True)
        with client, socket.create_connection(address) as server:
            back = threading.Thread(target=pass_on, args=(server, client), daemon=True)
            back.start()
            pass_on(client, server)
            back.join()


def accept(listener, context, address):
    """Serve each connection in a thread until the listener is closed."""
    with contextlib.suppress(OSError):
        while True:
            raw, _ = listener.accept()
            work = (context, raw, address)
            threading.Thread(target=serve_connection, args=work, daemon=True).start()


@contextlib.contextmanager
def tls_front(folder, endpoint):
    """Serve http://HOST:PORT, `endpoint`, by HTTPS; the certificates are in `folder`."""
    make_certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    host, _, port = endpoint.removeprefix("http://").partition(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        work = (listener, context, (host, int(port)))
        threading.Thread(target=accept, args=work, daemon=True).start()
        yield TlsFront(f"https://localhost:{listener.getsockname()[1]}", folder / "ca.pem")
        listener.shutdown(socket.SHUT_RDWR)
