"""Images in Parquet and Arrow tables and in tars, as the program's ``src/packed`` reads them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from verger._verger import choose_columns, is_image, label_of, row_name, tar_images
from verger.spark.job.ahead import ahead
from verger.spark.job.packed_tables import (
    describe_arrow,
    describe_parquet,
    leaf,
    open_arrow,
    texts_of,
)
from verger.spark.job.store import Entry, Store

_GAP = 64 << 10  # bytes between two members of a tar that are read along
_READ_BYTES = 4 << 20  # of a tar at once, unless a member is larger
_BYTES_IN_FLIGHT = 64 << 20
_MOST_READS = 8  # each takes megabytes
_NO_PLACE = -1  # of a member that is a link


@dataclass(frozen=True, slots=True)
class PackedImage:
    """An image of a container."""

    path: str  # as the tables show it
    label: str
    container: Entry
    position: int  # in a table its row, in a tar where its bytes begin
    size: int  # bytes; -1 when the container does not tell
    group: int  # in a table what is read as a whole: a row group, a record batch; in a tar -1
    first: int  # the row with which the group begins

    @property
    def fingerprint(self) -> str:
        """What changes when the image may have changed."""
        file = self.container
        place = f"{file.size}\t{file.mtime_ns}\t{self.position}\t{self.size}"
        return f"{file.name}\t{place}\t{self.label}"


def list_container(store: Store, file: Entry, options: dict[str, Any]) -> list[PackedImage]:
    """Return a container's images, reading as little else as the format allows."""
    place = store.display_path(file.name)
    ending = place.rsplit(".", 1)[-1].lower()
    list_one = {"tar": _list_tar, "arrow": _list_arrow}.get(ending, _list_parquet)
    with _damage_named(place), store.open_random(file.name) as stream:
        return list_one(_Listed(store, file, options), stream)


def read_packed(
    store: Store, images: Sequence[PackedImage], reads: int
) -> Iterator[tuple[int, bytes | OSError]]:
    """Yield each image's number among `images` and its bytes, or why it has none.

    They come as they lie in their containers.
    """
    order = sorted(range(len(images)), key=lambda i: _place(images[i]))
    runs: list[list[int]] = []
    for _, own in groupby(order, key=lambda i: (images[i].container.name, images[i].group)):
        runs.extend(_cut(list(own), images))
    fetched = ahead(
        runs,
        lambda run: _read_run(store, [images[i] for i in run]),
        min(reads, _MOST_READS),
        weight=lambda run: sum(max(images[i].size, 1 << 14) for i in run),
        most=_BYTES_IN_FLIGHT,
    )
    for run, contents in fetched:
        yield from zip(run, contents, strict=True)


@dataclass(frozen=True)
class _Listed:
    """A container that is being listed."""

    store: Store
    file: Entry
    options: dict[str, Any]

    def images(
        self, group: int, first: int, columns: Sequence[Sequence[Any]]
    ) -> Iterator[PackedImage]:
        """Yield the rows of a group whose names fit the pattern."""
        for row, texts in enumerate(zip(*columns, strict=True), first):
            image = self._image(row, texts)
            if image is not None:
                yield PackedImage(*image, group, first)

    def _image(self, row: int, texts: Sequence[Any]) -> tuple[str, str, Entry, int, int] | None:
        path, label, length = texts
        if path is None:
            path = f"{self.store.display_path(self.file.name)}/{row_name(row)}"
        pattern = os.fsencode(self.options["pattern"])
        if pattern and not is_image(os.fsencode(path.rsplit("/", 1)[-1]), pattern):
            return None
        if label is None:
            label = os.fsdecode(label_of(os.fsencode(path)))
        size = -1 if length is None else int(length)
        return path, str(label), self.file, row, size


@contextmanager
def _damage_named(place: str) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        cause = str(error).split("\n", maxsplit=1)[0].rstrip(" .")
        sentence = cause if place in cause else f"Cannot read {place}: {cause}"
        raise OSError(f"{sentence}.") from error


def _place(image: PackedImage) -> tuple[bytes, int]:
    return os.fsencode(image.container.name), image.position


def _cut(own: list[int], images: Sequence[PackedImage]) -> Iterator[list[int]]:
    """Cut neighbours of a container into what is best read at once."""
    if images[own[0]].group >= 0:
        yield own
        return
    run: list[int] = []
    begin = end = 0
    for i in own:
        image = images[i]
        after = image.position + image.size
        if run and (image.position - end > _GAP or after - begin > _READ_BYTES):
            yield run
            run = []
        if not run:
            begin = image.position
        run.append(i)
        end = max(end, after)
    if run:
        yield run


def _list_tar(listed: _Listed, stream: Any) -> list[PackedImage]:
    def read(offset: int, size: int) -> bytes:
        stream.seek(offset)
        return bytes(stream.read(size))

    store, file, options = listed.store, listed.file, listed.options
    pattern = os.fsencode(options["pattern"])
    found = tar_images(read, file.size, store.read_ahead, pattern, options["label_column"])
    images = []
    for name, offset, size, label in found:
        path = f"{store.display_path(file.name)}/{os.fsdecode(name)}"
        own = label_of(os.fsencode(path)) if label is None else label
        images.append(PackedImage(path, os.fsdecode(own), file, offset, size, -1, 0))
    return images


def _list_parquet(listed: _Listed, stream: Any) -> list[PackedImage]:
    table = pq.ParquetFile(stream, page_checksum_verification=True)
    described = describe_parquet(table)
    _, *told = choose_columns(described, listed.options["label_column"])
    images: list[PackedImage] = []
    first = 0
    for group in range(table.num_row_groups):
        names = [described[column][0] for column in told if column is not None]
        rows = table.metadata.row_group(group).num_rows
        found = table.read_row_group(group, columns=names) if names else None
        texts = [texts_of(found, described, column, rows) for column in told]
        images.extend(listed.images(group, first, texts))
        first += rows
    return images


def _list_arrow(listed: _Listed, stream: Any) -> list[PackedImage]:
    whole = open_arrow(stream)
    described = describe_arrow(whole.schema)
    _, *told = choose_columns(described, listed.options["label_column"])
    fields = [whole.schema.get_field_index(described[c][0]) for c in told if c is not None]
    if -1 in fields:
        raise OSError("two columns are of the same name")
    table = open_arrow(stream, fields)
    images: list[PackedImage] = []
    first = 0
    for group in range(table.num_record_batches):
        batch = table.get_batch(group)
        batch.validate(full=True)
        texts = [texts_of(batch, described, column, batch.num_rows) for column in told]
        images.extend(listed.images(group, first, texts))
        first += batch.num_rows
    return images


def _read_run(store: Store, run: list[PackedImage]) -> list[bytes | OSError]:
    """Read images that lie together; those that damage keeps away are its errors."""
    place = store.display_path(run[0].container.name)
    try:
        with _damage_named(place), store.open_random(run[0].container.name) as stream:
            if run[0].group < 0:
                return _read_tar(place, run, stream)
            return _read_rows(place, run, stream)
    except OSError as error:
        return [error] * len(run)


def _read_tar(place: str, run: list[PackedImage], stream: Any) -> list[bytes | OSError]:
    size = run[0].container.size
    begin = max(run[0].position, 0)
    end = min(max(image.position + image.size for image in run), size)
    stream.seek(begin)
    data = bytes(stream.read(max(end - begin, 0)))
    contents: list[bytes | OSError] = []
    for image in run:
        at = image.position - begin
        if image.position == _NO_PLACE:
            why = "it is a link or a sparse file, which are not followed"
            contents.append(OSError(f"Cannot read a member of {place}: {why}."))
        elif image.position + image.size > size:
            why = "the tar ends before it does"
            contents.append(OSError(f"Cannot read a member of {place}: {why}."))
        else:
            contents.append(data[at : at + image.size])
    return contents


def _read_rows(place: str, run: list[PackedImage], stream: Any) -> list[bytes | OSError]:
    group = run[0].group
    if place.lower().endswith(".arrow"):
        schema = open_arrow(stream).schema
        described = describe_arrow(schema)
        content = described[choose_columns(described, "")[0]][0]
        field = schema.get_field_index(content.split(".", 1)[0])
        table = open_arrow(stream, [field])
        rows = table.get_batch(group)
        rows.validate(full=True)
    else:
        table = pq.ParquetFile(stream, page_checksum_verification=True)
        described = describe_parquet(table)
        content = described[choose_columns(described, "")[0]][0]
        rows = table.read_row_group(group, columns=[content])
    values = leaf(rows, content)
    contents: list[bytes | OSError] = []
    for image in run:
        data = values[image.position - image.first].as_py()
        if data is None:
            row = f"row {image.position} of {place}"
            contents.append(OSError(f"Cannot read {row}: it holds no bytes (null)."))
        else:
            contents.append(data)
    return contents
