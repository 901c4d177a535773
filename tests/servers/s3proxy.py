# SPDX-License-Identifier: Apache-2.0
"""A real S3 server on loopback: s3proxy, which checks signatures and keeps objects as files."""

import contextlib
import os
import random
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ACCESS_KEY = "AKIDVERGERTEST"
SECRET_KEY = "not-to-be-seen-anywhere"
_PORTS = random.SystemRandom().sample(range(12_000, 32_000), 20_000)


@dataclass
class Server:
    """A running server. An object is the file data/BUCKET/KEY."""

    endpoint: str
    data: Path

    def client_environment(self):
        """This process' environment, with the server's credentials and nothing else of AWS."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return kept | self.environment()

    def environment(self, secret=SECRET_KEY, access=ACCESS_KEY, endpoint=None):
        """What a client needs in its environment, besides PATH and HOME."""
        return {
            "AWS_ACCESS_KEY_ID": access,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_ENDPOINT_URL": endpoint or self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def bucket(self, name):
        """Make an empty bucket; return its folder."""
        folder = self.data / name
        folder.mkdir()
        return folder


def upload(server, folder, place):
    """Put a folder's files to BUCKET/KEY by requests: so put, objects have ETags as on S3."""
    from pyarrow import fs  # noqa: PLC0415 - for those who upload

    scheme, _, host = server.endpoint.partition("://")
    store = fs.S3FileSystem(
        access_key=ACCESS_KEY,
        secret_key=SECRET_KEY,
        endpoint_override=host,
        scheme=scheme,
        region="us-east-1",
    )
    fs.copy_files(str(folder), place, destination_filesystem=store)


def free_port():
    """A port of the loopback interface that nobody listens on, and that no two callers are given.

    It is none of those that the system hands out to clients: one of these might take it before the
    server does.
    """
    while _PORTS:
        port = _PORTS.pop()
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is left")


def wait_until_ready(endpoint, process, log):
    """Return once the server answers; fail with its log when it does not."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(endpoint, timeout=1)
            return
        except urllib.error.HTTPError:
            return  # an answer, if only that we are nobody
        except OSError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())


@contextlib.contextmanager
def s3proxy(folder):
    """Run a server that keeps its data below `folder`."""
    (jar,) = (ROOT / "build" / "maven" / "s3proxy").glob("s3proxy-*.jar")
    port = free_port()
    data = folder / "data"
    data.mkdir(parents=True)
    settings = {
        "s3proxy.endpoint": f"http://127.0.0.1:{port}",
        "s3proxy.authorization": "aws-v2-or-v4",
        "s3proxy.identity": ACCESS_KEY,
        "s3proxy.credential": SECRET_KEY,
        # A host of another name would be taken for a bucket.
        "s3proxy.virtual-host": "localhost",
        "jclouds.provider": "filesystem-nio2",
        "jclouds.filesystem.basedir": data,
    }
    endpoint = f"http://localhost:{port}"
    properties = folder / "s3proxy.properties"
    properties.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
    log = folder / "s3proxy.log"
    command = ["java", "-Xmx300m", "-cp", jar, "org.gaul.s3proxy.Main", "--properties", properties]
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_until_ready(endpoint, process, log)
        yield Server(endpoint, data)
    finally:
        process.kill()
        process.wait()
