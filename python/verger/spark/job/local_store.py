"""A folder of this machine, or one that all machines of a cluster share."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from verger.spark._storage_errors import io_error
from verger.spark.job.store import TEMPORARY_PREFIX, Entry, Fence, Store, errors_named


class LocalStore(Store):
    """Files below a folder. Errors show paths as display_path() does."""

    def __init__(self, root: str) -> None:
        """Take `root` as verger.spark._places.local_path() gives it; nothing is created or read."""
        self._root = root

    def _path(self, name: str) -> str:
        return os.path.join(self._root, name) if name else self._root  # noqa: PTH118 - bytes kept

    def display_path(self, name: str = "") -> str:
        """Return file:/path, spaces as they are."""
        return "file:" + self._path(name)

    def visit(self, folder: str, *, recursive: bool, missing_ok: bool) -> Iterator[Entry]:
        """Yield files; links are followed, but not into a folder that they lie in."""
        top = self._path(folder)
        if missing_ok and not self._is_there(folder):
            return
        pending = [(top, f"{folder}/" if folder else "", frozenset[tuple[int, int]]())]
        while pending:
            path, prefix, ancestors = pending.pop()
            with errors_named("list", "file:" + path):
                found = Path(path).stat()
                identity = (found.st_dev, found.st_ino)
                if identity in ancestors:
                    continue  # a link back to a folder that we are in would never end
                for entry, status in _entries(path):
                    name = prefix + entry.name
                    if stat.S_ISDIR(status.st_mode) and recursive:
                        pending.append((entry.path, name + "/", ancestors | {identity}))
                    elif stat.S_ISLNK(status.st_mode):  # a broken link
                        yield Entry(name, 0, status.st_mtime_ns)
                    elif stat.S_ISREG(status.st_mode):
                        yield Entry(name, status.st_size, status.st_mtime_ns)

    def _is_there(self, folder: str) -> bool:
        with errors_named("list", self.display_path(folder)):
            return Path(self._path(folder)).exists()

    def exists(self, name: str) -> bool:
        """Tell whether there is a file of this name."""
        try:
            return not stat.S_ISDIR(Path(self._path(name)).stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise io_error("look for", self.display_path(name), error) from error

    def find(self, name: str) -> Entry:
        """Return a file's size and time; OSError when there is none."""
        with errors_named("read", self.display_path(name)):
            found = Path(self._path(name)).stat()
        return Entry(name, found.st_size, found.st_mtime_ns)

    def read(self, name: str) -> bytes:
        """Return the whole file."""
        with errors_named("read", self.display_path(name)):
            return Path(self._path(name)).read_bytes()

    def open_file(self, name: str) -> BinaryIO:
        """Return the file, open for reading."""
        with errors_named("read", self.display_path(name)):
            return Path(self._path(name)).open("rb")

    @contextmanager
    def create(self, name: str, fence: Fence | None = None) -> Iterator[BinaryIO]:
        """Write beside the file; sync and rename at the end, then sync the folder.

        The fence is asked before the first byte as well, so that nothing is left behind by tasks
        that outlive their run.
        """
        if fence is not None:
            fence()
        path = Path(self._path(name))
        temporary = path.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}-{path.name}")
        with errors_named("write", self.display_path(name)):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with temporary.open("xb") as stream:
                    yield stream
                    stream.flush()
                    os.fsync(stream.fileno())
                if fence is not None:
                    fence()
                temporary.replace(path)
            except BaseException:
                with suppress(OSError):
                    temporary.unlink()
                raise
            _sync_folder(path.parent)

    def remove(self, name: str) -> None:
        """Remove a file; fine when it is not there."""
        with errors_named("remove", self.display_path(name)), suppress(NotADirectoryError):
            Path(self._path(name)).unlink(missing_ok=True)

    def remove_temporaries(self, folder: str) -> None:
        """Remove unfinished files anywhere below."""
        for path, _, files in os.walk(self._path(folder)):
            for name in files:
                if name.startswith(TEMPORARY_PREFIX):
                    with errors_named("remove", f"file:{path}/{name}"):
                        Path(path, name).unlink(missing_ok=True)


def _entries(folder: str) -> Iterator[tuple[os.DirEntry[str], os.stat_result]]:
    """Yield what is in a folder, and what it is: of a broken link, the link itself."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(TEMPORARY_PREFIX):
                continue
            try:
                yield entry, entry.stat()
                continue
            except OSError as error:
                if error.errno not in (errno.ENOENT, errno.ELOOP):
                    raise
            with suppress(FileNotFoundError):  # removed since the folder was read
                yield entry, entry.stat(follow_symlinks=False)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network filesystems cannot sync a folder; they have nothing to sync.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)
