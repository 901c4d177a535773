# SPDX-License-Identifier: Apache-2.0
"""A small S3 in memory: keys are any texts, and it compares versions, or knows no conditions."""

import contextlib
import hashlib
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, quote_plus, unquote, urlsplit
from xml.sax.saxutils import escape

from servers.loopback import serving

NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIDSMALL",
    "AWS_SECRET_ACCESS_KEY": "a-secret-that-nobody-checks",
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class SmallS3:
    """One bucket of any name: {key: (bytes, seconds since the epoch)}."""

    def __init__(self, *, compares=("if-match", "if-none-match"), payer=False):
        """`compares`: the conditions that it knows; `payer`: only requests that pay are served."""
        self.objects = {}
        self.compares = compares
        self.payer = payer
        self.lock = threading.Lock()
        self.requests = []  # (method, key)
        self.hold = None  # called with (method, key) before a request is done
        self.page = 1000
        self.endpoint = ""

    def environment(self):
        """Return variables by which the program finds this server."""
        return ENVIRONMENT | {"AWS_ENDPOINT_URL": self.endpoint}

    def put(self, key, body):
        """Put an object."""
        self.objects[key] = (body, time.time())

    def refuses(self, key, headers):
        """Return whether a condition of a PUT does not hold."""
        stands = self.objects.get(key)
        if "if-none-match" in self.compares and headers.get("if-none-match") == "*" and stands:
            return True
        wanted = headers.get("if-match") if "if-match" in self.compares else None
        return wanted is not None and (stands is None or wanted != etag(stands[0]))

    def listing(self, query):
        """Answer ListObjectsV2."""
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        after = query.get("continuation-token", query.get("start-after", ""))
        most = min(int(query.get("max-keys", self.page)), self.page)
        entries, prefixes, more, last = [], [], False, after
        for key in sorted(self.objects, key=str.encode):
            if not key.startswith(prefix) or key.encode() <= after.encode():
                continue
            cut = key.find(delimiter, len(prefix)) if delimiter else -1
            folder = key[: cut + 1] if cut >= 0 else ""
            if folder and (folder in prefixes or after.startswith(folder)):
                last = key
                continue
            if len(entries) + len(prefixes) == most:
                more = True
                break
            if folder:
                prefixes.append(folder)
            else:
                entries.append(key)
            last = key
        encoded = query.get("encoding-type") == "url"
        return self.page_of(entries, prefixes, last if more else "", encoded=encoded)

    def page_of(self, entries, prefixes, token, *, encoded):
        """Return a page's document."""
        spelled = quote_plus if encoded else escape
        told = "<EncodingType>url</EncodingType>" if encoded else ""
        parts = [f"<ListBucketResult {NAMESPACE}>{told}"]
        for key in entries:
            body, written = self.objects[key]
            when = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(written))
            parts.append(f"<Contents><Key>{spelled(key)}</Key><LastModified>{when}</LastModified>")
            parts.append(f"<ETag>{escape(etag(body))}</ETag><Size>{len(body)}</Size></Contents>")
        for folder in prefixes:
            name = spelled(folder)
            parts.append(f"<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>")
        parts.append(f"<IsTruncated>{str(bool(token)).lower()}</IsTruncated>")
        if token:
            parts.append(f"<NextContinuationToken>{escape(token)}</NextContinuationToken>")
        return "".join([*parts, "</ListBucketResult>"]).encode()


def etag(body):
    """Return an object's ETag, as S3 has it."""
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


def error(code):
    """Return S3's document of a failure."""
    return f"<Error><Code>{code}</Code><Message>{code}.</Message></Error>".encode()


class Handler(BaseHTTPRequestHandler):
    """Answers requests to /bucket/key."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    store: SmallS3

    def handle_request(self):
        """Answer one request, one at a time."""
        parts = urlsplit(self.path)
        _, _, key = unquote(parts.path)[1:].partition("/")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.store.hold:
            self.store.hold(self.command, key)
        with self.store.lock:
            self.store.requests.append((self.command, key))
            answer = self.answer_to(key, query, body)
        self.reply(*answer)

    def do_GET(self):
        """Read an object, or list."""
        self.handle_request()

    def do_HEAD(self):
        """Look for an object."""
        self.handle_request()

    def do_PUT(self):
        """Put an object."""
        self.handle_request()

    def do_DELETE(self):
        """Remove an object."""
        self.handle_request()

    def answer_to(self, key, query, body):
        """Return status, headers and body."""
        store = self.store
        if store.payer and self.headers.get("x-amz-request-payer") != "requester":
            return 403, {}, error("AccessDenied")
        if "list-type" in query:
            return 200, {}, store.listing(query)
        if self.command == "PUT":
            return self.take(key, body)
        if self.command == "DELETE":
            store.objects.pop(key, None)
            return 204, {}, b""
        return self.give(key) if key in store.objects else (404, {}, error("NoSuchKey"))

    def take(self, key, body):
        """Put an object, if its condition holds."""
        if self.store.refuses(key, self.headers):
            return 412, {}, error("PreconditionFailed")
        self.store.put(key, body)
        return 200, {"ETag": etag(body)}, b""

    def give(self, key):
        """Return an object, or the part of it that was asked for."""
        stands, written = self.store.objects[key]
        headers = {"ETag": etag(stands), "Last-Modified": formatdate(written, usegmt=True)}
        if self.command == "HEAD" or "range" not in self.headers:
            return 200, headers, stands
        first, last = self.headers["range"].removeprefix("bytes=").split("-")
        part = stands[int(first) : int(last) + 1]
        headers["Content-Range"] = f"bytes {first}-{int(first) + len(part) - 1}/{len(stands)}"
        return 206, headers, part

    def reply(self, status, headers, body):
        """Send an answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(body)

    def log_message(self, *arguments):
        """Say nothing."""


@contextlib.contextmanager
def small_s3(**options):
    """Serve an empty bucket; yields the store, with its address as `endpoint`."""
    store = SmallS3(**options)
    with serving(type("Bound", (Handler,), {"store": store})) as store.endpoint:
        yield store
