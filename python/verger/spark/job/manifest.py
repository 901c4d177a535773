"""What is written down of each finished shard, in _verger/shards/ (docs/formats.md)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from verger.spark.job.store import Store

JSON_VERSION = 1
SHARDS_FOLDER = "_verger/shards"
MOMENTS_FOLDER = "_verger/moments"
INPUTS_FOLDER = "_verger/inputs"
_MOST = 1 << 53


@dataclass(frozen=True)
class Part:
    """What identifies a written file; `name` is below the output."""

    name: str
    rows: int
    bytes: int
    sha256: str

    def to_json(self) -> dict[str, Any]:
        """Return the form of the records."""
        return dict(vars(self))

    @classmethod
    def parse(cls, document: dict[str, Any]) -> Part:
        """Read the form of the records; KeyError, TypeError or ValueError for another."""
        return cls(
            str(document["name"]),
            parse_count(document["rows"]),
            parse_count(document["bytes"]),
            str(document["sha256"]),
        )


@dataclass
class Counts:
    """listed = features + rejected."""

    listed: int = 0
    features: int = 0
    rejected: int = 0
    rejected_by_reason: dict[str, int] = field(default_factory=dict)

    def add(self, other: Counts) -> None:
        """Add another's."""
        self.listed += other.listed
        self.features += other.features
        self.rejected += other.rejected
        for reason, count in other.rejected_by_reason.items():
            self.rejected_by_reason[reason] = self.rejected_by_reason.get(reason, 0) + count

    def to_json(self) -> dict[str, Any]:
        """Return the form of the records."""
        return dict(vars(self))

    @classmethod
    def parse(cls, document: dict[str, Any]) -> Counts:
        """Read the form of the records."""
        reasons = document["rejected_by_reason"].items()
        listed, features, rejected = (
            parse_count(document[name]) for name in ("listed", "features", "rejected")
        )
        by_reason = {str(reason): parse_count(count) for reason, count in reasons}
        return cls(listed, features, rejected, by_reason)


@dataclass(frozen=True)
class Shard:
    """Images [begin, end) of the sorted listing, and the recipe by which they are done."""

    number: int
    begin: int
    end: int
    inputs_sha256: str
    options_sha256: str

    @property
    def name(self) -> str:
        """The manifest's: _verger/shards/00007.json."""
        return f"{SHARDS_FOLDER}/{self.number:05d}.json"


@dataclass(frozen=True)
class Manifest:
    """Written when the shard's files are complete; without it they do not count."""

    shard: Shard
    counts: Counts
    features: Part
    rejected: Part | None
    moments: Part | None
    inputs: Part | None  # absent in outputs of versions without updates

    def files(self) -> list[Part]:
        """Every file that it names."""
        named = (self.features, self.rejected, self.moments, self.inputs)
        return [part for part in named if part]

    def to_json(self) -> dict[str, Any]:
        """Return the document."""
        return {
            "format": "verger-shard",
            "version": JSON_VERSION,
            "shard": self.shard.number,
            "begin": self.shard.begin,
            "end": self.shard.end,
            "counts": self.counts.to_json(),
            "inputs_sha256": self.shard.inputs_sha256,
            "options_sha256": self.shard.options_sha256,
            "model_sha256": "",
            "features": self.features.to_json(),
            "rejected": self.rejected.to_json() if self.rejected else None,
            "moments": self.moments.to_json() if self.moments else None,
            "pca": None,
            "inputs": self.inputs.to_json() if self.inputs else None,
        }

    @classmethod
    def parse(cls, document: dict[str, Any]) -> Manifest:
        """Read a document; KeyError, TypeError or ValueError when it is none of `run`'s."""
        check_format(document, "verger-shard")
        if document["model_sha256"] != "" or document["pca"] is not None:
            raise ValueError("Its shard was projected by a saved model.")
        number, begin, end = (parse_count(document[name]) for name in ("shard", "begin", "end"))
        rejected, moments, inputs = (
            Part.parse(document[name]) if document.get(name) is not None else None
            for name in ("rejected", "moments", "inputs")
        )
        return cls(
            Shard(number, begin, end, document["inputs_sha256"], document["options_sha256"]),
            Counts.parse(document["counts"]),
            Part.parse(document["features"]),
            rejected,
            moments,
            inputs,
        )


def check_format(document: dict[str, Any], name: str) -> None:
    """Raise KeyError, TypeError or ValueError when it is no document of that format."""
    if (document["format"], document["version"]) != (name, JSON_VERSION):
        raise ValueError(f"It is not a {name} file.")


def parse_count(value: object) -> int:
    """Return a whole number from 0 to 2^53, else raise ValueError."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST:
        return value
    raise ValueError("A count must be a whole number from 0 to 2^53.")


class Fingerprinted(Protocol):
    """Has an identity that changes when what it names may have changed."""

    @property
    def fingerprint(self) -> str:
        """The identity."""


def inputs_sha256(entries: Iterable[Fingerprinted]) -> str:
    """Return the hash over what each image is known by."""
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(os.fsencode(entry.fingerprint + "\n"))
    return digest.hexdigest()


def stamp_of(entry: Fingerprinted) -> int:
    """Return a fingerprint in short: the first 8 bytes of its SHA-256, as a big-endian number."""
    digest = hashlib.sha256(os.fsencode(entry.fingerprint)).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def read_manifest(store: Store, name: str) -> Manifest | None:
    """Return a shard's manifest; None when it is absent or damaged."""
    try:
        return Manifest.parse(json.loads(store.read(name)))
    except (OSError, KeyError, TypeError, ValueError, AttributeError):
        return None


def dump_json(document: dict[str, Any]) -> bytes:
    """Return a record's bytes. File names need not be UTF-8, but JSON must be."""
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").encode()
