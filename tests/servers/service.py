# SPDX-License-Identifier: Apache-2.0
"""A running `verger serve` for tests: its requests, its connections, its end."""

import contextlib
import http.client
import json
import queue
import re
import signal
import socket
import subprocess
import threading
from pathlib import Path

from conftest import UNTRAINED
from prometheus_client.parser import text_string_to_metric_families


class Service:
    """`verger serve RESULT` at a free port. A context manager that ends it."""

    def __init__(self, program, result, *options, weights=UNTRAINED):
        """Wait until it serves. `program`: a path, or the words that run it."""
        words = program if isinstance(program, list) else [program]
        command = [*words, "serve", result, "--listen", "127.0.0.1:0", "--log-format", "json"]
        command += ["--weights", weights, *map(str, options)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        self.said = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.port = int(re.search(r":(\d+)/$", self.until("Serving"))[1])

    def _listen(self):
        for line in self.process.stderr:
            self.said.put(json.loads(line).get("message", ""))

    def until(self, word, timeout=60):
        """The next thing it says that has this word in it."""
        while word not in (said := self.said.get(timeout=timeout)):
            pass
        return said

    def ask(self, method, path, body=None, headers=None):
        """The status, the headers and the body of a reply."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read()

    def similar(self, photograph, **headers):
        """The status and the document of the reply to a photograph."""
        status, _, body = self.ask("POST", "/v1/similar", photograph, headers)
        return status, json.loads(body)

    def connect(self, text=b""):
        """A connection on which this has been sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        connection.sendall(text)
        return connection

    def metrics(self):
        """A dictionary from a sample's name and labels to its value."""
        text = self.ask("GET", "/metrics")[2].decode()
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def memory(self):
        """Bytes that it has in RAM."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) << 10

    def stop(self, how=signal.SIGTERM, timeout=30):
        """Ask it to end; the exit code."""
        self.process.send_signal(how)
        return self.process.wait(timeout)

    def __enter__(self):  # noqa: D105
        return self

    def __exit__(self, *_):
        """End it at once, if it has not ended."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def form(*files, boundary="fruit"):
    """A form of files, name and content, and the headers that go with it."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: image/jpeg\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, content in files
    ]
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}
