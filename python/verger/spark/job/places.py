"""INPUT, OUTPUT and weights: what people write → where it is."""

from __future__ import annotations

import re
from typing import Any

from verger.spark.job.local_store import LocalStore, local_path
from verger.spark.job.s3_store import S3Store, with_environment
from verger.spark.job.store import Store

_STORAGE = (
    "s3_endpoint",
    "s3_region",
    "s3_addressing",
    "s3_anonymous",
    "reads_in_flight",
    "retries",
)


def open_store(place: str, options: dict[str, Any]) -> Store:
    """Open a local path, a file: URI, or s3://bucket/key (s3a:// is the same place).

    `options` are those of verger.spark.run. Nothing is created or read. Raises ValueError.
    """
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", place)
    if scheme and scheme[1] in ("s3", "s3a"):
        return S3Store(place, with_environment({name: options[name] for name in _STORAGE}))
    if scheme and scheme[1] != "file":
        raise ValueError(
            f"'{place}' cannot be opened: places are local paths, file:// and s3:// URIs, "
            f"not {scheme[1]}://."
        )
    return LocalStore(local_path(place))


def split_file(place: str) -> tuple[str, str]:
    """Return the folder and the name of a file."""
    folder, slash, name = place.rpartition("/")
    return (folder or slash or ".", name)
