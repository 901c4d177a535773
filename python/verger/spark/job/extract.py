"""One shard: images → features, rejected, moments, manifest. What a Spark task does."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from verger import _verger
from verger.spark._network import Network
from verger.spark.job.ahead import ahead
from verger.spark.job.folder import TableFolders
from verger.spark.job.listing import Image, ImageShard, label_of_image, path_of, read_image
from verger.spark.job.manifest import (
    INPUTS_FOLDER,
    MOMENTS_FOLDER,
    Counts,
    Manifest,
    Part,
    dump_json,
    read_manifest,
    stamp_of,
)
from verger.spark.job.packed import PackedImage, read_packed
from verger.spark.job.store import Fence, Store, below
from verger.spark.job.tables import (
    part_file_name,
    write_features,
    write_inputs,
    write_rejected,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BYTES_IN_FLIGHT = 64 << 20  # of images that were read and not yet decoded
_IMAGES_A_THREAD = 32  # of one native call: long enough that its threads hardly wait


@dataclass(frozen=True)
class Writing:
    """Where a run's tasks write, and under which names."""

    output: Store
    folders: TableFolders
    uuid: str  # of this run's part files
    fence: Fence
    mark: str = ""  # of the names of moments and inputs that stand beside those of earlier runs


@dataclass(frozen=True)
class Extraction:
    """What all shards of an extraction have in common."""

    input: Store
    writing: Writing
    network: Network
    threads: int
    reads_in_flight: int
    strict: bool


@dataclass
class Rows:
    """A shard being filled, in the order of the listing."""

    features: NDArray[np.float32]
    order: list[int] = field(default_factory=list)  # each row's image among the shard's
    paths: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    rejected: list[tuple[str, str, str, str, int]] = field(default_factory=list)
    rejected_order: list[int] = field(default_factory=list)

    def settle(self) -> None:
        """Drop what is empty, and put the rows into the order of the listing."""
        self.features = self.features[: len(self.order)]
        order = sorted(range(len(self.order)), key=self.order.__getitem__)
        if order != list(range(len(order))):
            self.features = self.features[order]
            self.paths = [self.paths[i] for i in order]
            self.labels = [self.labels[i] for i in order]
        places = zip(self.rejected_order, self.rejected, strict=True)
        self.rejected = [row for _, row in sorted(places, key=lambda pair: pair[0])]


def extract_shard(job: Extraction, item: ImageShard, attempt: int) -> dict[str, Any]:
    """Do one shard and commit it; return its manifest's document and the CPU time it took.

    Another attempt that has committed the shard meanwhile makes this one superfluous: its manifest
    is returned. OSError: the output cannot be written, or, with `strict`, an image is rejected.
    """
    started = time.process_time()
    done = committed(job.writing, item)
    if done is None:
        network = job.network.open(job.threads)
        rows = extract_rows(job, item, network)
        done = commit(job, item, rows, attempt)
    return {"manifest": done.to_json(), "cpu_seconds": time.process_time() - started}


def committed(writing: Writing, item: ImageShard) -> Manifest | None:
    """Return the manifest that this run has of the shard, if there is one."""
    manifest = read_manifest(writing.output, item.shard.name)
    if manifest is None or manifest.shard != item.shard:
        return None
    return manifest if f"-{writing.uuid}-" in manifest.features.name else None


def extract_rows(job: Extraction, item: ImageShard, network: _verger.Featurizer) -> Rows:
    """Return what the shard's images become. With `strict`, OSError for one that is rejected."""
    rows = Rows(np.empty((len(item.images), network.width), dtype=np.float32))
    fetched = _fetch(job, item.images)
    while batch := list(islice(fetched, _IMAGES_A_THREAD * job.threads)):
        _add_batch(job, item, rows, batch, network)
    rows.settle()
    return rows


# An image's number in its shard, and its bytes or why it has none.
Fetched = tuple[int, bytes | OSError]


def _fetch(job: Extraction, images: list[Image]) -> Iterator[Fetched]:
    """Yield what the images hold, as it comes."""
    packed = [image for image in images if isinstance(image, PackedImage)]
    if packed:
        yield from read_packed(job.input, packed, job.reads_in_flight)
        return
    fetched = ahead(
        enumerate(images),
        lambda pair: read_image(job.input, pair[1]),
        job.reads_in_flight,
        weight=lambda pair: max(pair[1].size, 1),
        most=_BYTES_IN_FLIGHT,
    )
    for (number, _), data in fetched:
        yield number, data


def _add_batch(
    job: Extraction,
    item: ImageShard,
    rows: Rows,
    batch: list[Fetched],
    network: _verger.Featurizer,
) -> None:
    encoded: list[object] = [data for _, data in batch if isinstance(data, bytes)]
    result = network.featurize(encoded)
    features = result.features
    count = len(rows.order)
    rows.features[count : count + len(features)] = features
    rejections = {row: (reason, message) for row, reason, message in result.rejections}
    for number, rejection, length in _outcomes(batch, rejections):
        image = item.images[number]
        path, label = path_of(job.input, image), label_of_image(job.input, image)
        if rejection is None:
            rows.order.append(number)
            rows.paths.append(path)
            rows.labels.append(label)
            continue
        reason, message = rejection
        if job.strict:
            raise OSError(
                f"{path} is rejected ({reason}): {message} Without --strict the run would go on."
            )
        rows.rejected_order.append(number)
        rows.rejected.append((path, label, reason, message, length))


def _outcomes(
    batch: list[Fetched], rejections: dict[int, tuple[str, str]]
) -> Iterator[tuple[int, tuple[str, str] | None, int]]:
    """Yield each image with its rejection (reason, message), if any, and its length."""
    row = 0  # among those that could be read
    for image, data in batch:
        if isinstance(data, OSError):
            yield image, ("unreadable", str(data)), -1
        else:
            yield image, rejections.get(row), len(data)
            row += 1


def commit(job: Extraction, item: ImageShard, rows: Rows, attempt: int) -> Manifest:
    """Write the shard's parts and, when they are complete, its manifest."""
    writing = job.writing
    to, fence = writing.output, writing.fence
    file = part_file_name(item.shard.number, writing.uuid, attempt)
    features = rows.features
    name = below(writing.folders.features, file)
    written = write_features(to, name, (rows.paths, rows.labels), features, fence)
    rejected = None
    if rows.rejected:
        rejected = write_rejected(to, below(writing.folders.rejected, file), rows.rejected, fence)
    manifest = Manifest(
        item.shard,
        _counts(item, rows),
        written,
        rejected,
        _write_moments(writing, item.shard.number, features, attempt),
        _write_inputs(job, item, attempt),
    )
    # The quicker of two attempts counts; the slower one's files are strays, removed at the end.
    if other := committed(writing, item):
        return other
    to.write(item.shard.name, dump_json(manifest.to_json()), fence)
    return manifest


def _counts(item: ImageShard, rows: Rows) -> Counts:
    reasons = [row[2] for row in rows.rejected]
    return Counts(
        len(item.images),
        len(rows.paths),
        len(reasons),
        {reason: reasons.count(reason) for reason in sorted(set(reasons))},
    )


def _marked(writing: Writing, number: int, attempt: int) -> str:
    mark = f"-{writing.mark}" if writing.mark else ""
    return f"{number:05d}{mark}" + (f"-c{attempt:03d}" if attempt else "")


def _write_inputs(job: Extraction, item: ImageShard, attempt: int) -> Part:
    paths = [path_of(job.input, image) for image in item.images]
    stamps = [stamp_of(image) for image in item.images]
    writing = job.writing
    name = f"{INPUTS_FOLDER}/{_marked(writing, item.shard.number, attempt)}.parquet"
    return write_inputs(writing.output, name, paths, stamps, writing.fence)


def _write_moments(
    writing: Writing, number: int, features: NDArray[np.float32], attempt: int
) -> Part | None:
    """A shard of fewer rows than columns is sooner read again, so only larger ones keep theirs."""
    count, width = features.shape
    if count < width:
        return None
    moments = _verger.Moments(width)
    moments.add(np.ascontiguousarray(features))
    data = moments.to_bytes()
    name = f"{MOMENTS_FOLDER}/{_marked(writing, number, attempt)}.moments"
    writing.output.write(name, data, writing.fence)
    return Part(name, count, len(data), hashlib.sha256(data).hexdigest())
