"""A place that holds files: a folder of this machine, or a prefix of an S3 bucket.

The same interface and the same rules as the program's ``src/storage``. Names are relative to the
place's root, with slashes; those of this machine may hold bytes that are not UTF-8, as
`os.fsdecode` gives them. A Store can be pickled: it opens its connections where it is used.
"""

from __future__ import annotations

import abc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from verger.spark._storage_errors import io_error

TEMPORARY_PREFIX = ".verger-tmp-"


@dataclass(frozen=True, slots=True)
class Entry:
    """A listed file."""

    name: str
    size: int
    mtime_ns: int

    @property
    def fingerprint(self) -> str:
        """What changes when the file may have changed."""
        return f"{self.name}\t{self.size}\t{self.mtime_ns}"


# Called just before a file becomes visible; raises when the writer may not write any more.
Fence = Callable[[], None]


def in_byte_order(entries: list[Entry]) -> list[Entry]:
    """Sort by the bytes of the names, in place; return the list."""
    entries.sort(key=lambda entry: os.fsencode(entry.name))
    return entries


def below(folder: str, name: str) -> str:
    """Return folder/name, or the name alone when the folder is ""."""
    return f"{folder}/{name}" if folder else name


class Store(abc.ABC):
    """Files below a root. Thread-safe. Every error is an OSError that names the full path."""

    @abc.abstractmethod
    def display_path(self, name: str = "") -> str:
        """Return the path as the tables show it, which is as Spark's binaryFile prints it."""

    @abc.abstractmethod
    def visit(self, folder: str, *, recursive: bool, missing_ok: bool) -> Iterator[Entry]:
        """Yield every file below `folder` ("": the root), in any order.

        A missing folder is empty when `missing_ok`. Temporary files are passed over.
        """

    def files(self, folder: str, *, recursive: bool = False) -> list[Entry]:
        """Return what lies below a folder that may be missing, sorted by the names' bytes."""
        return in_byte_order(list(self.visit(folder, recursive=recursive, missing_ok=True)))

    @abc.abstractmethod
    def exists(self, name: str) -> bool:
        """Tell whether there is a file of this name."""

    @abc.abstractmethod
    def read(self, name: str) -> bytes:
        """Return the whole file."""

    @abc.abstractmethod
    def open_file(self, name: str) -> Any:
        """Return the file as pyarrow reads Parquet from."""

    def open_random(self, name: str) -> Any:
        """Return the file to read from in any order, without reading the whole of it."""
        return self.open_file(name)

    @property
    def read_ahead(self) -> int:
        """Bytes that are sooner read than passed over by another request."""
        return 4096

    @abc.abstractmethod
    def find(self, name: str) -> Entry:
        """Return a file's size and time; OSError when there is none."""

    @abc.abstractmethod
    def create(self, name: str, fence: Fence | None = None) -> Any:
        """Return a context manager of a stream: the file appears whole when it ends well.

        `fence` is asked before it appears, at the latest.
        """

    @abc.abstractmethod
    def remove(self, name: str) -> None:
        """Remove a file; fine when it is not there."""

    @abc.abstractmethod
    def remove_temporaries(self, folder: str) -> None:
        """Remove what killed writers left anywhere below; for whoever knows that nobody writes."""

    def write(self, name: str, data: bytes, fence: Fence | None = None) -> None:
        """Write a whole file in the place of what there may be."""
        with self.create(name, fence) as stream:
            stream.write(data)

    def read_listed(self, entry: Entry) -> bytes:
        """Read a file that was listed. One of another size by now is an error."""
        data = self.read(entry.name)
        if len(data) == entry.size:
            return data
        why = f"it has {len(data)} bytes, where {entry.size} were listed"
        raise io_error("read", self.display_path(entry.name), why)


@contextmanager
def errors_named(action: str, path: str) -> Iterator[None]:
    """Turn errors of the system into the sentence of io_error()."""
    try:
        yield
    except OSError as error:
        if error.errno is None:  # a sentence already
            raise
        raise io_error(action, path, error) from error
