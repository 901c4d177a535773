"""What brings an output up to date with a listing (see src/update/update_plan.h).

Stored rows are matched with the sorted listing by path, and by the stamp of the fingerprint. Of
what the output holds, one shard's rows are in memory at a time, and of shards that change a fate
and an image a row.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from verger.spark.job.listing import Image, path_of
from verger.spark.job.manifest import Manifest, stamp_of
from verger.spark.job.store import Store
from verger.spark.job.stored import read_inputs

# What the output holds of a listed image.
_NEW = 0  # nothing
_KEPT = 1  # it, as it is
_CHANGED = 2  # it, as it was
_TWICE = 3  # two rows of it, as it was: both go, and it counts as new

# What becomes of a stored row.
ROW_KEPT, ROW_CHANGED, ROW_REMOVED = range(3)


@dataclass(frozen=True)
class ChangedShard:
    """A shard that lost images, or some of whose images changed."""

    manifest: Manifest  # as it stands
    fates: bytes  # by stored row
    images: list[int]  # in the listing, of the rows that are not removed

    def images_of(self, wanted: int) -> list[int]:
        """Return the images whose rows have this fate."""
        fates = (fate for fate in self.fates if fate != ROW_REMOVED)
        return [image for fate, image in zip(fates, self.images, strict=True) if fate == wanted]


@dataclass
class UpdatePlan:
    """Which shards stay as they are, which are written anew, and which images are read for that."""

    kept: list[Manifest] = field(default_factory=list)  # in the order of their numbers
    changed: list[ChangedShard] = field(default_factory=list)  # the same
    images_changed: list[int] = field(default_factory=list)  # by shard
    images_added: list[int] = field(default_factory=list)
    kept_count: int = 0  # of images
    removed_count: int = 0
    next_number: int = 0  # of a new shard

    @property
    def anew(self) -> list[int]:
        """The images to read."""
        return self.images_changed + self.images_added

    @property
    def nothing(self) -> bool:
        """Is there nothing to do?"""
        return not self.changed and not self.images_added

    @property
    def emptied(self) -> list[Manifest]:
        """Shards without any image left: they disappear."""
        return [shard.manifest for shard in self.changed if not shard.images]

    @property
    def rewritten(self) -> list[ChangedShard]:
        """The other changed ones."""
        return [shard for shard in self.changed if shard.images]


class _Finder:
    """Finds paths in the sorted listing, fastest when they come in its order."""

    def __init__(self, source: Store, images: list[Image]) -> None:
        self._source = source
        self._images = images
        self._at = 0

    def _path(self, image: int) -> bytes:
        return os.fsencode(path_of(self._source, self._images[image]))

    def find(self, path: bytes) -> range:
        """Return the images of a path."""
        count = len(self._images)
        if self._at > 0 and self._path(self._at - 1) >= path:
            self._at = 0
        low, step = self._at, 1  # all images before `low` are of lesser paths
        while low + step <= count and self._path(low + step - 1) < path:
            low += step
            step *= 2
        numbers = range(count)
        begin = bisect_left(numbers, path, low, min(low + step, count), key=self._path)
        self._at = end = begin
        while end < count and self._path(end) == path:
            end += 1
        return range(begin, end)

    def same_image(self, place: range, stamp: int) -> int | None:
        """Return the image that is as it was when it had this stamp."""
        return next((i for i in place if stamp_of(self._images[i]) == stamp), None)


class _Planner:
    def __init__(self, output: Store, source: Store, images: list[Image]) -> None:
        self._output = output
        self._source = source
        self._images = images
        self._states = bytearray(len(images))
        self._plan = UpdatePlan()

    def run(self, manifests: list[Manifest]) -> UpdatePlan:
        plan = self._plan
        outdated = []
        for manifest in manifests:
            plan.next_number = manifest.shard.number + 1
            if self._claim(manifest):
                plan.kept_count += manifest.counts.listed
                plan.kept.append(manifest)
            else:
                outdated.append(manifest)
        for manifest in outdated:
            self._settle(manifest)
        fresh = (_NEW, _TWICE)
        plan.images_added = [i for i, state in enumerate(self._states) if state in fresh]
        return plan

    def _rows(self, manifest: Manifest) -> Iterator[tuple[bytes, range, int | None]]:
        """Yield path, images of that path, and the unchanged one of them, of each stored row."""
        assert manifest.inputs is not None
        finder = _Finder(self._source, self._images)
        for path, stamp in zip(*read_inputs(self._output, manifest.inputs), strict=True):
            place = finder.find(path)
            yield path, place, finder.same_image(place, stamp)

    def _claim(self, manifest: Manifest) -> bool:
        """Enter a shard's rows into the images' states. Are all of its images as they were?"""
        unchanged = True
        for path, place, same in self._rows(manifest):
            if same is None:
                unchanged = False
                if len(place) == 1:  # the one image that may be a changed row's
                    self._outdate(place[0])
            elif self._states[same] == _KEPT:
                raise OSError(
                    f"The output {self._output.display_path()} holds the image {os.fsdecode(path)} "
                    "twice; make it anew with 'verger run --overwrite'."
                )
            else:
                self._states[same] = _KEPT
        return unchanged

    def _outdate(self, image: int) -> None:
        after = {_CHANGED: _TWICE, _NEW: _CHANGED}
        self._states[image] = after.get(self._states[image], self._states[image])

    def _settle(self, manifest: Manifest) -> None:
        """Match a changed shard's rows, count them, and take what is to be read for it."""
        plan, rows = self._plan, self._match(manifest)
        fates = bytes(fate for fate, _ in rows)
        images = [image for fate, image in rows if fate != ROW_REMOVED]
        shard = ChangedShard(manifest, fates, images)
        plan.changed.append(shard)
        plan.images_changed += shard.images_of(ROW_CHANGED)
        plan.kept_count += fates.count(ROW_KEPT)
        plan.removed_count += fates.count(ROW_REMOVED)

    def _match(self, manifest: Manifest) -> list[tuple[int, int]]:
        """Return each stored row's fate and image.

        Rows of one path, which only containers have, stand next to each other. Either all of them
        are kept or none: the tables do not tell them apart.
        """
        matched: list[tuple[int, int]] = []
        rows = ((path, self._fate(place, same)) for path, place, same in self._rows(manifest))
        for _, group in groupby(rows, key=lambda row: row[0]):
            own = [row for _, row in group]
            if any(fate != ROW_KEPT for fate, _ in own):
                own = [(max(fate, ROW_CHANGED), image) for fate, image in own]
            matched += own
        return matched

    def _fate(self, place: range, same: int | None) -> tuple[int, int]:
        if same is not None and self._states[same] == _KEPT:
            return ROW_KEPT, same
        if same is None and len(place) == 1 and self._states[place[0]] == _CHANGED:
            return ROW_CHANGED, place[0]
        return ROW_REMOVED, 0


def plan_update(
    output: Store, source: Store, images: list[Image], manifests: list[Manifest]
) -> UpdatePlan:
    """Return what is to be done.

    `manifests`: all of the output, in the order of their numbers, each with inputs. OSError when
    one of the inputs' files is damaged, or they name an image twice.
    """
    return _Planner(output, source, images).run(manifests)
