# SPDX-License-Identifier: Apache-2.0
"""An S3 endpoint that makes up as many keys as one likes, and has none of them."""

import contextlib
import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from servers.loopback import serving

PAGE = 1000


@dataclass(frozen=True)
class MadeUpKeys:
    """Names in the order of their bytes."""

    count: int
    folder: int = 500  # names a folder; 0: all lie in none

    def name(self, number):
        """The name of this number, below what is listed."""
        photograph = f"photograph_{number:09d}.jpg"
        return f"class {number // self.folder:07d}/{photograph}" if self.folder else photograph

    def behind(self, name):
        """The number of the first one behind this name."""
        low, high = 0, self.count
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.name(middle) <= name else (low, middle)
        return low


def page(keys, first, prefix):
    """ListObjectsV2's answer from key number `first` on."""
    last = min(first + PAGE, keys.count)
    contents = "".join(
        f"<Contents><Key>{prefix}{keys.name(number)}</Key>"
        f"<LastModified>2025-01-31T12:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag>"
        f"<Size>7000</Size><StorageClass>STANDARD</StorageClass></Contents>"
        for number in range(first, last)
    )
    more = last < keys.count
    token = f"<NextContinuationToken>{last}</NextContinuationToken>" if more else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Name>made-up</Name><Prefix>{prefix}</Prefix><KeyCount>{last - first}</KeyCount>"
        f"<MaxKeys>{PAGE}</MaxKeys><IsTruncated>{str(more).lower()}</IsTruncated>{token}{contents}"
        "</ListBucketResult>"
    ).encode()


def first_of(keys, query):
    """The number of the key that the page which is asked for begins with."""
    if "continuation-token" in query:
        return int(query["continuation-token"][0])
    after = query.get("start-after", [""])[0]
    return keys.behind(after.removeprefix(query.get("prefix", [""])[0]))


@dataclass
class Listing:
    """A server that runs."""

    address: str = ""
    pages: int = 0  # that were asked for
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextlib.contextmanager
def endless_listing(keys, change=lambda body: body, latency=0.0):
    """Serve a bucket of such keys. `change`: what becomes of each page, which takes `latency` s."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            query = parse_qs(urlsplit(self.path).query)
            if "list-type" not in query:
                self.reply(404, b"<Error><Code>NoSuchKey</Code><Message>None.</Message></Error>")
                return
            with listing.lock:
                listing.pages += 1
            time.sleep(latency)
            prefix = query.get("prefix", [""])[0]
            self.reply(200, change(page(keys, first_of(keys, query), prefix)))

        def reply(self, status, body):
            self.send_response(status)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    listing = Listing()
    with serving(Handler) as listing.address:
        yield listing


# A process begins with the peak of the one that started it: hence a small one between.
LAUNCHER = """
import json, resource, subprocess, sys
process = subprocess.run(sys.argv[1:], capture_output=True, text=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([process.returncode, process.stderr, peak * 1024]))
"""


def peak_after_listing(program, keys, output):
    """Bytes that a run takes which lists such keys and ends at the first, which is not there."""
    with endless_listing(keys) as server:
        command = [program, "extract", "s3://made-up/Test", output, "--weights", "untrained:1"]
        flags = ["--s3-endpoint", server.address, "--s3-anonymous", "--s3-region", "us-east-1"]
        launched = subprocess.run(
            [sys.executable, "-c", LAUNCHER, *command, *flags, "--strict", "--retries", "0"],
            stdout=subprocess.PIPE,
            check=True,
        )
    exit_code, said, peak = json.loads(launched.stdout)
    assert exit_code == 3, said
    assert "photograph_" in said
    return peak
