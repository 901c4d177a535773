"""INPUT and OUTPUT: what people write -> where it is."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from verger.spark._places import Storage, is_s3, local_path
from verger.spark.job.local_store import LocalStore
from verger.spark.job.s3_store import S3Store
from verger.spark.job.store import Store


def storage_of(options: dict[str, Any]) -> Storage:
    """Return those of the options of verger.spark.run that tell how places are reached.

    What is left open is taken from this process' environment: tasks have another.
    """
    return Storage.of({field.name: options[field.name] for field in fields(Storage)}).settled()


def open_store(place: str, options: dict[str, Any]) -> Store:
    """Open a local path, a file: URI, or s3://bucket/key (s3a:// is the same place).

    `options` are those of verger.spark.run. Nothing is created or read. Raises ValueError.
    """
    if is_s3(place):
        return S3Store(place, storage_of(options))
    return LocalStore(local_path(place))
