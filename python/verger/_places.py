# SPDX-License-Identifier: Apache-2.0
"""What a place means: a path of this machine or an s3:// URI, and the filesystem that serves it."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote_to_bytes

from verger._aws_profile import check_credentials, profile_value
from verger._secrets import check_no_credential

if TYPE_CHECKING:
    from pyarrow import fs

_S3 = ("s3", "s3a")
_HTTP = ("http://", "https://")
_READS_S3 = 64
_READS_LOCAL = 4
_CONNECT_S = 5.0
_SILENCE_S = 10.0  # without a byte: the request is tried again


@dataclass(frozen=True)
class Storage:
    """How places are reached; the fields are the options of the command line.

    Credentials come by AWS' default chain: environment, profile, container or instance role.
    """

    s3_endpoint: str = ""  # empty: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the profile, AWS
    s3_region: str = ""  # empty: AWS_REGION, AWS_DEFAULT_REGION, else the profile's
    s3_addressing: str = ""  # "path" or "virtual"; empty: virtual at AWS, path elsewhere
    s3_anonymous: bool = False  # sign nothing: public buckets
    reads_in_flight: int = 0  # files read at once; 0: 64 from S3, 4 from this machine
    retries: int = 8  # how often a request is tried again after a passing fault

    @classmethod
    def of(cls, options: Mapping[str, Any] | None) -> Self:
        """Return the options by name, None and what is left out being the default.

        Raises ValueError for an unknown name and a value out of range.
        """
        given = {name: value for name, value in (options or {}).items() if value is not None}
        known = [field.name for field in fields(cls)]
        for name in given:
            if name not in known:
                raise ValueError(f"No storage option is named {name!r}; there are: {known}.")
        storage = cls(**given)
        storage._validate()
        return storage

    def reads(self, path: str) -> int:
        """Return how many files like `path` are read at once."""
        return self.reads_in_flight or (_READS_S3 if is_s3(path) else _READS_LOCAL)

    def client(self, attempts: int) -> Client:
        """Return the S3 client, with what is left open taken from the environment."""
        if not self.s3_anonymous:
            check_credentials()
        endpoint = self.s3_endpoint or _configured_endpoint()
        if endpoint and not endpoint.startswith(_HTTP):
            raise ValueError("AWS_ENDPOINT_URL must be http(s)://HOST[:PORT] and nothing more.")
        check_no_credential(endpoint)
        region = self.s3_region or _first_of("AWS_REGION", "AWS_DEFAULT_REGION")
        region = region or profile_value("region")
        endpoint = endpoint.rstrip("/")
        if self.s3_addressing == "path" and not endpoint:
            endpoint = f"https://s3.{region or 'us-east-1'}.amazonaws.com"
        if endpoint and not region:
            region = "us-east-1"  # other servers take any
        return Client(
            endpoint=endpoint,
            region=region,
            virtual=self.s3_addressing == "virtual",
            anonymous=self.s3_anonymous,
            attempts=attempts,
            connections=self.reads_in_flight or _READS_S3,
            authorities=_certificate_file(),
        )

    def _validate(self) -> None:
        endpoint = self.s3_endpoint
        if endpoint and not endpoint.startswith(_HTTP):
            raise ValueError("s3_endpoint must be http(s)://HOST[:PORT].")
        check_no_credential(endpoint)
        if self.s3_addressing not in ("", "path", "virtual"):
            raise ValueError(
                f"s3_addressing must be 'path' or 'virtual', not {self.s3_addressing!r}."
            )
        for name in ("reads_in_flight", "retries"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must be at least 0, not {getattr(self, name)}.")


@dataclass(frozen=True)
class Client:
    """What a client of S3 is made with."""

    endpoint: str
    region: str
    virtual: bool
    anonymous: bool
    attempts: int  # how often a request is tried, the first time included
    connections: int
    authorities: str  # a file of certificates; empty: pyarrow's choice

    def filesystem(self) -> fs.FileSystem:
        """Return the filesystem of this client, one for the process."""
        with _lock:
            if self not in _filesystems:
                _filesystems[self] = self._connect()
            return _filesystems[self]

    def _connect(self) -> fs.FileSystem:
        import pyarrow as pa  # noqa: PLC0415 - optional where no place is on S3
        from pyarrow import fs  # noqa: PLC0415

        # Arrow keeps as many connections open as its pool has threads.
        pa.set_io_thread_count(max(pa.io_thread_count(), self.connections + 8))
        scheme, _, host = self.endpoint.rpartition("://")
        options: dict[str, Any] = {
            "anonymous": self.anonymous,
            "region": self.region or None,
            "scheme": scheme or None,
            "endpoint_override": host or None,
            "force_virtual_addressing": self.virtual,
            "connect_timeout": _CONNECT_S,
            "request_timeout": _SILENCE_S,
            "retry_strategy": fs.AwsStandardS3RetryStrategy(max_attempts=self.attempts),
        }
        if not self.authorities:
            return fs.S3FileSystem(**options)
        try:
            return fs.S3FileSystem(**options, tls_ca_file_path=self.authorities)
        except TypeError:  # an older pyarrow trusts the authorities that it finds
            return fs.S3FileSystem(**options)


_filesystems: dict[Client, fs.FileSystem] = {}
_lock = threading.Lock()


def is_s3(place: str) -> bool:
    """Tell whether a place is on S3."""
    return place.partition("://")[0] in _S3


def s3_object(place: str) -> str:
    """Return BUCKET/KEY of s3://BUCKET/KEY, or of s3a://, which is the same place."""
    bucket, _, key = place.partition("://")[2].partition("/")
    if not bucket:
        raise ValueError(f"'{place}' names no bucket; write s3://BUCKET/KEY.")
    return f"{bucket}/{key.strip('/')}".rstrip("/")


def open_place(place: str, storage: Mapping[str, Any] | None = None) -> tuple[fs.FileSystem, str]:
    """Return the filesystem that serves `place`, and the path of `place` in it.

    `place` is a local path, a file: URI or an s3:// or s3a:// URI, spelled as Spark prints it:
    characters stand for themselves, except that file:// URIs are percent-decoded. A filesystem is
    made once a process for the same options. Nothing is asked of a server. Thread-safe.

    Raises ValueError for another scheme, no bucket and options that are unusable.
    """
    return _open(place, Storage.of(storage), attempts=None)


def open_once(place: str, storage: Storage) -> tuple[fs.FileSystem, str]:
    """Return the same, of a filesystem that tries a request once: the caller tries again."""
    return _open(place, storage, attempts=1)


def _open(place: str, storage: Storage, attempts: int | None) -> tuple[fs.FileSystem, str]:
    check_no_credential(place)
    if is_s3(place):
        client = storage.client(attempts or storage.retries + 1)
        return client.filesystem(), s3_object(place)
    from pyarrow import fs  # noqa: PLC0415 - optional, as above

    return fs.LocalFileSystem(), local_path(place)


def local_path(place: str) -> str:
    """Return an absolute path: `.`, `..` and doubled slashes resolved by the text, links kept.

    `place` is a path, ``file:///a%20b`` or ``file:/a b`` (as the tables show it, literally).
    """
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", place)
    if scheme and scheme[1] != "file":
        raise ValueError(
            f"'{place}' cannot be opened: places are local paths, file: and s3:// URIs, not "
            f"{scheme[1]}://."
        )
    path = place
    if place.startswith("file://"):
        host, slash, rest = place[len("file://") :].partition("/")
        if not slash or host not in ("", "localhost"):
            raise ValueError(
                f"'{place}' names the host '{host}'; a file on this machine is file:///path."
            )
        path = os.fsdecode(unquote_to_bytes("/" + rest))
    elif place.startswith("file:/"):
        path = place[len("file:") :]
    if not path:
        raise ValueError("An empty path was given; '.' is this folder.")
    if "\0" in path:
        raise ValueError(f"'{place}' is not a valid path: it holds a NUL byte.")
    path = os.path.normpath(Path.cwd() / path)
    return "/" + path.lstrip("/")


def _configured_endpoint() -> str:
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return ""
    given = _first_of("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    return given or profile_value("endpoint_url")


def _certificate_file() -> str:
    """Return the certificate authorities that are named. OSError when they cannot be read."""
    given = os.environ.get("AWS_CA_BUNDLE") or profile_value("ca_bundle")
    given = given or os.environ.get("SSL_CERT_FILE", "")
    if given and not os.access(given, os.R_OK):
        raise OSError(f"Cannot read '{given}', which is to hold the certificate authorities.")
    return given


def _first_of(*names: str) -> str:
    return next((value for name in names if (value := os.environ.get(name))), "")
