"""A prefix of an S3 bucket, through pyarrow's S3 filesystem, which is the program's own."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from pyarrow import fs

from verger.spark.job.store import Entry, Fence, Store, io_error

_READS_IN_FLIGHT = 64
_CONNECT_SECONDS = 5
_SILENCE_SECONDS = 10  # without a byte: the request is tried again
_SHORTEST_PAUSE = 0.1
_LONGEST_PAUSE = 10.0

# What S3 answers → the rest of a sentence, as the program says it.
_CAUSES = (
    ("INVALID_ACCESS_KEY_ID", "the server does not know the access key; check AWS_ACCESS_KEY_ID"),
    ("INVALID_CLIENT_TOKEN_ID", "the server does not know the access key; check AWS_ACCESS_KEY_ID"),
    (
        "SIGNATURE_DOES_NOT_MATCH",
        "the secret key does not fit the access key; check AWS_SECRET_ACCESS_KEY",
    ),
    ("ACCESS_DENIED", "access is denied to these credentials"),
    ("HTTP status 403", "access is denied to these credentials"),
    ("ExpiredToken", "the session's credentials have expired; sign in anew"),
    ("NO_SUCH_BUCKET", "there is no such bucket"),
    ("NO_SUCH_KEY", "no such object"),
    ("RESOURCE_NOT_FOUND", "no such object"),
    ("NETWORK_CONNECTION", "the server cannot be reached or broke the connection off"),
    ("SLOW_DOWN", "the server is too busy"),
    ("SERVICE_UNAVAILABLE", "the server is too busy"),
    ("INTERNAL_FAILURE", "the server had an internal failure"),
    ("PermanentRedirect", "the bucket is in another region; give --s3-region"),
    ("AuthorizationHeaderMalformed", "the bucket is in another region; give --s3-region"),
)


def split_place(place: str) -> tuple[str, str]:
    """Return bucket and key of s3://bucket/key, or of s3a://, which is the same place."""
    bucket, _, key = place.partition("://")[2].partition("/")
    if not bucket:
        raise ValueError(f"'{place}' names no bucket; write s3://BUCKET/KEY.")
    return bucket, key.strip("/")


def with_environment(storage: dict[str, Any]) -> dict[str, Any]:
    """Fill endpoint and region from this process' environment, for tasks that have another."""
    found = dict(storage)
    for key, names in (
        ("s3_endpoint", ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")),
        ("s3_region", ("AWS_REGION", "AWS_DEFAULT_REGION")),
    ):
        if not found[key]:
            found[key] = next((os.environ[name] for name in names if os.environ.get(name)), "")
    found["s3_endpoint"] = found["s3_endpoint"].removesuffix("/")
    if found["s3_endpoint"] and not found["s3_endpoint"].startswith(("http://", "https://")):
        raise ValueError(
            "AWS_ENDPOINT_URL must be http(s)://HOST or http(s)://HOST:PORT and nothing more."
        )
    return found


def s3_error(action: str, place: str, error: Exception) -> OSError:
    """Return an OSError of one sentence, without any credential."""
    message = str(error)
    for code, cause in _CAUSES:
        if code in message:
            return io_error(action, place, cause)
    if _is_not_found(error):
        return io_error(action, place, "no such file or directory")
    words = message.rpartition("operation: ")[2].split("\n", maxsplit=1)[0]
    return io_error(action, place, words.rstrip(" ."))


def _is_not_found(error: BaseException | None) -> bool:
    text = str(error)
    named = "NO_SUCH_KEY" in text or "RESOURCE_NOT_FOUND" in text
    return isinstance(error, FileNotFoundError) or named


@contextmanager
def _errors_named(action: str, place: str) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise s3_error(action, place, error) from error


class S3Store(Store):
    """Objects below a prefix. An object appears whole: one PUT, or an upload that is completed."""

    reads_in_flight = _READS_IN_FLIGHT

    def __init__(self, place: str, storage: dict[str, Any]) -> None:
        """Take the place and the options of storage, as with_environment() gives them."""
        self._bucket, self._key = split_place(place)
        self._storage = storage
        self._opened: fs.S3FileSystem | None = None
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave the connections behind; they are opened anew where they are needed."""
        return S3Store, (self.display_path(), self._storage)

    def _fs(self) -> fs.S3FileSystem:
        with self._lock:
            if self._opened is None:
                self._opened = _connect(self._storage)
            return self._opened

    def _object(self, name: str) -> str:
        return "/".join(part for part in (self._bucket, self._key, name) if part)

    def display_path(self, name: str = "") -> str:
        """Return s3://bucket/key/name."""
        return "s3://" + self._object(name)

    def visit(self, folder: str, *, recursive: bool, missing_ok: bool) -> Iterator[Entry]:
        """Yield objects; all pages are followed."""
        prefix = len(self._object("")) + 1
        selector = fs.FileSelector(
            self._object(folder), recursive=recursive, allow_not_found=missing_ok
        )
        with _errors_named("list", self.display_path(folder)):
            found = self._fs().get_file_info(selector)
        for info in found:
            if info.type == fs.FileType.File:
                yield Entry(info.path[prefix:], info.size, info.mtime_ns)

    def exists(self, name: str) -> bool:
        """Tell whether there is an object of this name."""
        with _errors_named("look for", self.display_path(name)):
            return bool(self._fs().get_file_info(self._object(name)).type == fs.FileType.File)

    def read(self, name: str) -> bytes:
        """Return the whole object; an answer that is damaged or cut off is asked for again."""
        retries = int(self._storage["retries"])
        with _errors_named("read", self.display_path(name)):
            for attempt in range(retries):
                try:
                    return self._read_once(name)
                except (OSError, pa.ArrowException) as error:
                    if "response stream" not in str(error):
                        raise
                time.sleep(random.uniform(0, min(_LONGEST_PAUSE, _SHORTEST_PAUSE * 2**attempt)))
            return self._read_once(name)

    def _read_once(self, name: str) -> bytes:
        with self._fs().open_input_file(self._object(name)) as file:
            data = bytes(file.read())
            if len(data) < file.size():
                raise OSError("the response stream ended early")
            return data

    def open_file(self, name: str) -> pa.BufferReader:
        """Return the object's bytes."""
        return pa.BufferReader(self.read(name))

    @contextmanager
    def create(self, name: str, fence: Fence | None = None) -> Iterator[Any]:
        """Upload; without a good end there is no object."""
        buffer = pa.BufferOutputStream()
        yield buffer
        if fence is not None:
            fence()
        with (
            _errors_named("write", self.display_path(name)),
            self._fs().open_output_stream(self._object(name)) as stream,
        ):
            stream.write(buffer.getvalue())

    def remove(self, name: str) -> None:
        """Remove an object; fine when it is not there."""
        try:
            self._fs().delete_file(self._object(name))
        except (OSError, pa.ArrowException) as error:
            if not _is_not_found(error):
                raise s3_error("remove", self.display_path(name), error) from error

    def remove_temporaries(self, folder: str) -> None:
        """Do nothing: unfinished uploads are no objects; a lifecycle rule removes them."""


def _connect(storage: dict[str, Any]) -> fs.S3FileSystem:
    endpoint = storage["s3_endpoint"]
    region = storage["s3_region"]
    if storage["s3_addressing"] == "path" and not endpoint:
        endpoint = f"https://s3.{region or 'us-east-1'}.amazonaws.com"
    options: dict[str, Any] = {
        "anonymous": storage["s3_anonymous"],
        "force_virtual_addressing": storage["s3_addressing"] == "virtual",
        "connect_timeout": _CONNECT_SECONDS,
        "request_timeout": _SILENCE_SECONDS,
        "retry_strategy": fs.AwsStandardS3RetryStrategy(max_attempts=int(storage["retries"])),
        "allow_delayed_open": True,  # a small part is one PUT
    }
    if endpoint:
        options["scheme"], _, options["endpoint_override"] = endpoint.partition("://")
        region = region or "us-east-1"  # other servers take any
    if region:
        options["region"] = region
    # Arrow keeps as many connections open as its pool has threads.
    wanted = (storage["reads_in_flight"] or _READS_IN_FLIGHT) + 8
    pa.set_io_thread_count(max(wanted, pa.io_thread_count()))
    return fs.S3FileSystem(**options)
