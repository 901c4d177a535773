"""INPUT → the sorted list of images, and the shards it falls into."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from verger._verger import is_image, label_of, plan_shards
from verger.spark.job.manifest import Shard, inputs_sha256
from verger.spark.job.store import Entry, Store, in_byte_order

_LARGEST_FILE = 1 << 30  # a JPEG of max_pixels by default takes less, whatever its quality


@dataclass(frozen=True)
class ImageShard:
    """A shard and its images: what a task is told."""

    shard: Shard
    images: list[Entry]


def visit_images(store: Store, options: dict[str, Any]) -> Iterator[Entry]:
    """Yield the files of INPUT that match, in any order."""
    pattern = os.fsencode(options["pattern"])
    for entry in store.visit("", recursive=options["recursive"], missing_ok=False):
        if is_image(os.fsencode(entry.name), pattern):
            yield entry


def list_images(store: Store, options: dict[str, Any]) -> list[Entry]:
    """Return the same sorted by the bytes of the names. OSError when there is none."""
    images = in_byte_order(list(visit_images(store, options)))
    if images:
        return images
    pattern = options["pattern"]
    wanted = f"file named '{pattern}'" if pattern else ".jpg, .jpeg or .png file"
    where = "in or below" if options["recursive"] else "directly in"
    raise OSError(f"No {wanted} {where} {store.display_path()}.")


def plan(images: list[Entry], parts: int, options_sha256: str) -> list[ImageShard]:
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


def read_image(store: Store, entry: Entry) -> bytes | OSError:
    """Return an image's bytes, or why it has none."""
    if entry.size > _LARGEST_FILE:
        return OSError(
            f"Cannot read {store.display_path(entry.name)}: it has {entry.size} bytes, and an "
            f"image may have at most {_LARGEST_FILE}."
        )
    try:
        return store.read_listed(entry)
    except OSError as error:
        return error


def check_unchanged(store: Store, options: dict[str, Any], images: list[Entry]) -> None:
    """List INPUT anew. OSError when an image changed: it was perhaps read in another state."""
    then = {image.name: image for image in images}
    changed = [now.name for now in visit_images(store, options) if then.get(now.name, now) != now]
    if changed:
        raise OSError(
            f"{len(changed)} of the images changed during the run, such as "
            f"{store.display_path(changed[0])}; go on with --resume, which does their shards again."
        )
