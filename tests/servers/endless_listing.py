"""An S3 endpoint that makes up as many keys as one likes, and has none of them."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PAGE = 1000


def page(first, count, prefix):
    """ListObjectsV2's answer from key number `first` on, of `count` keys."""
    last = min(first + PAGE, count)
    keys = "".join(
        f"<Contents><Key>{prefix}class {number // 500:05d}/photograph_{number:07d}.jpg</Key>"
        f"<LastModified>2025-01-31T12:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag>"
        f"<Size>7000</Size><StorageClass>STANDARD</StorageClass></Contents>"
        for number in range(first, last)
    )
    more = last < count
    token = f"<NextContinuationToken>{last}</NextContinuationToken>" if more else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Name>made-up</Name><Prefix>{prefix}</Prefix><KeyCount>{last - first}</KeyCount>"
        f"<MaxKeys>{PAGE}</MaxKeys><IsTruncated>{str(more).lower()}</IsTruncated>{token}{keys}"
        "</ListBucketResult>"
    ).encode()


@contextlib.contextmanager
def endless_listing(keys, change=lambda body: body):
    """Serve a bucket of `keys` keys; yields its address. `change`: what becomes of each page."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            query = parse_qs(urlsplit(self.path).query)
            if "list-type" not in query:
                self.reply(404, b"<Error><Code>NoSuchKey</Code><Message>None.</Message></Error>")
                return
            first = int(query.get("continuation-token", ["0"])[0])
            self.reply(200, change(page(first, keys, query.get("prefix", [""])[0])))

        def reply(self, status, body):
            self.send_response(status)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
