"""A prefix of an S3 bucket, through pyarrow's S3 filesystem, which is the program's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from pyarrow import fs

from verger.spark._fetch import read_whole
from verger.spark._places import Storage, s3_object
from verger.spark._storage_errors import io_error, is_absent
from verger.spark.job.store import Entry, Fence, Store, below


@contextmanager
def _errors_named(action: str, place: str) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise io_error(action, place, error) from error


class S3Store(Store):
    """Objects below a prefix. An object appears whole: one PUT, or an upload that is completed."""

    def __init__(self, place: str, storage: Storage) -> None:
        """Take the place, and how it is reached: `storage` as Storage.settled() gives it."""
        self._place = s3_object(place)
        self._storage = storage

    def _fs(self) -> fs.FileSystem:
        return self._storage.client(self._storage.retries + 1).filesystem()

    def _object(self, name: str) -> str:
        return below(self._place, name) if name else self._place

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

    def find(self, name: str) -> Entry:
        """Return an object's size and time; OSError when there is none."""
        place = self.display_path(name)
        with _errors_named("read", place):
            info = self._fs().get_file_info(self._object(name))
        if info.type != fs.FileType.File:
            raise io_error("read", place, "no such file or directory")
        return Entry(name, info.size, info.mtime_ns)

    def read(self, name: str) -> bytes:
        """Return the whole object; an answer that is damaged or cut off is asked for again."""
        place = self.display_path(name)
        with _errors_named("read", place):
            return read_whole(place, self._storage)

    def open_file(self, name: str) -> pa.BufferReader:
        """Return the object's bytes."""
        return pa.BufferReader(self.read(name))

    def open_random(self, name: str) -> Any:
        """Return the object, of which ranges are read."""
        with _errors_named("read", self.display_path(name)):
            return self._fs().open_input_file(self._object(name))

    @property
    def read_ahead(self) -> int:
        """A request costs as much as some megabytes."""
        return 4 << 20

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
            if not is_absent(error):
                raise io_error("remove", self.display_path(name), error) from error

    def remove_temporaries(self, folder: str) -> None:
        """Do nothing: unfinished uploads are no objects; a lifecycle rule removes them."""
