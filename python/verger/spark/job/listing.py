"""INPUT → the sorted list of images, and the shards it falls into."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from verger._verger import is_container, is_image, label_of, plan_shards
from verger.spark.job.manifest import Shard, inputs_sha256
from verger.spark.job.packed import PackedImage, list_container, read_packed
from verger.spark.job.store import Entry, Store, in_byte_order

Image = Entry | PackedImage

_LARGEST_FILE = 1 << 30  # a JPEG of max_pixels by default takes less, whatever its quality


@dataclass(frozen=True)
class ImageShard:
    """A shard and its images: what a task is told."""

    shard: Shard
    images: list[Image]


def _visit(store: Store, options: dict[str, Any]) -> Iterator[tuple[bool, Entry]]:
    """Yield the files of INPUT that match, in any order, and whether each is a container."""
    pattern = os.fsencode(options["pattern"])
    for entry in store.visit("", recursive=options["recursive"], missing_ok=False):
        name = os.fsencode(entry.name)
        if is_image(name, pattern):
            yield False, entry
        elif is_container(name):
            yield True, entry


def _single_container(store: Store) -> Entry | None:
    """Return INPUT itself, when it is a container and no folder of such a name."""
    name = store.display_path().rsplit("/", 1)[-1]
    return store.find("") if is_container(os.fsencode(name)) and store.exists("") else None


def list_images(store: Store, options: dict[str, Any]) -> list[Image]:
    """Return the images sorted by the bytes of their paths. OSError when there is none.

    INPUT may be a container, hold loose images, or else containers (src/input/list_input.h).
    """
    single = _single_container(store)
    if single is not None:
        return _list_packed(store, [single], options)
    files = list(_visit(store, options))
    images: list[Image] = [*in_byte_order([entry for packed, entry in files if not packed])]
    if images:
        return images
    if files:
        return _list_packed(store, in_byte_order([entry for _, entry in files]), options)
    pattern = options["pattern"]
    wanted = f"file named '{pattern}'" if pattern else ".jpg, .jpeg or .png file"
    where = "in or below" if options["recursive"] else "directly in"
    raise OSError(f"No {wanted} {where} {store.display_path()}.")


def _list_packed(store: Store, files: list[Entry], options: dict[str, Any]) -> list[Image]:
    images = [image for file in files for image in list_container(store, file, options)]
    if not images:
        pattern = options["pattern"]
        wanted = f"image named '{pattern}'" if pattern else "image"
        raise OSError(
            f"No {wanted} in the {len(files)} .parquet, .arrow and .tar files of "
            f"{store.display_path()}."
        )
    images.sort(key=lambda i: (os.fsencode(i.path), os.fsencode(i.container.name), i.position))
    return [*images]


def plan(images: list[Image], parts: int, options_sha256: str) -> list[ImageShard]:
    """Return the shards of the sorted list, as every driver of a run plans them."""
    shards = []
    for number, begin, end in plan_shards(len(images), parts):
        own = images[begin:end]
        shard = Shard(number, begin, end, inputs_sha256(own), options_sha256)
        shards.append(ImageShard(shard, own))
    return shards


def label(display_path: str) -> str:
    """Return the name of the folder that holds the file."""
    return os.fsdecode(label_of(os.fsencode(display_path)))


def path_of(store: Store, image: Image) -> str:
    """Return an image's path as the tables show it."""
    return image.path if isinstance(image, PackedImage) else store.display_path(image.name)


def label_of_image(store: Store, image: Image) -> str:
    """Return an image's label."""
    return image.label if isinstance(image, PackedImage) else label(path_of(store, image))


def read_image(store: Store, entry: Image) -> bytes | OSError:
    """Return an image's bytes, or why it has none."""
    if isinstance(entry, PackedImage):
        return next(read_packed(store, [entry], 1))[1]
    if entry.size > _LARGEST_FILE:
        return OSError(
            f"Cannot read {store.display_path(entry.name)}: it has {entry.size} bytes, and an "
            f"image may have at most {_LARGEST_FILE}."
        )
    try:
        return store.read_listed(entry)
    except OSError as error:
        return error


def check_unchanged(store: Store, options: dict[str, Any], images: list[Image], again: str) -> None:
    """List INPUT anew. OSError when an image changed: it was perhaps read in another state.

    `again`: how to go on.
    """
    packed = isinstance(images[0], PackedImage)
    files = (i.container if isinstance(i, PackedImage) else i for i in images)
    then = {file.name: file for file in files}
    if "" in then:  # INPUT is the container
        found = [store.find("")]
    else:
        found = [entry for is_packed, entry in _visit(store, options) if is_packed == packed]
    changed = [now.name for now in found if then.get(now.name, now) != now]
    if changed:
        raise OSError(
            f"{len(changed)} of the images changed during the run, such as "
            f"{store.display_path(changed[0])}; {again}, which does them again."
        )
