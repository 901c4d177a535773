# SPDX-License-Identifier: Apache-2.0
"""The logs that EMR leaves on S3, some minutes after they were written."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from verger.emr.aws import Aws, pages, said
from verger.emr.cluster import describe
from verger.emr.errors import AwsError, UsageError
from verger.emr.places import split

_APPLICATION = re.compile(rb"application_\d+_\d+")
_STEP_FILES = ("controller", "stderr", "stdout")
# In cluster mode the driver is in the application's first container.
_DRIVER = re.compile(r"/container_(?:e\d+_)?\d+_\d+_01_000001/(stderr|stdout)")


@dataclass(frozen=True)
class Log:
    """One log, unpacked."""

    uri: str
    text: str


def below(place: str | None, folder: str, whose: str) -> str:
    """Return the folder of logs below the place of all. UsageError when it keeps none."""
    if not place:
        raise UsageError(f"{whose} keeps no logs: it was made without a place for them.")
    return f"{place.replace('s3n://', 's3://', 1).rstrip('/')}/{folder}/"


def place_of_cluster(aws: Aws, cluster_id: str) -> str:
    """Return the folder of a cluster's logs. UsageError when it keeps none."""
    place = describe(aws, cluster_id).get("LogUri")
    return below(place, cluster_id, f"Cluster {cluster_id}")


def keys(aws: Aws, place: str) -> tuple[str, list[str]]:
    """Return the bucket and the keys of the logs in a folder."""
    bucket, prefix = split(place)
    with said():
        listed = pages(aws.s3, "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix)
        return bucket, [each["Key"] for each in listed]


def _read(aws: Aws, bucket: str, key: str) -> bytes:
    with said():
        data: bytes = aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    if not key.endswith(".gz"):
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise AwsError(f"The log s3://{bucket}/{key} is damaged: {error}.") from error


def _log(bucket: str, key: str, data: bytes) -> Log:
    return Log(f"s3://{bucket}/{key}", data.decode("utf-8", "replace"))


def all_in(aws: Aws, place: str) -> Iterator[Log]:
    """Yield all logs in a folder."""
    bucket, names = keys(aws, place)
    for key in names:
        yield _log(bucket, key, _read(aws, bucket, key))


def of_step(aws: Aws, place: str, step_id: str) -> Iterator[Log]:
    """Yield a step's own logs, and then those of the Spark driver that it started."""
    bucket, names = keys(aws, f"{place}steps/{step_id}/")
    applications = set()
    for key in names:
        if key.rpartition("/")[2].removesuffix(".gz") in _STEP_FILES:
            data = _read(aws, bucket, key)
            applications |= set(_APPLICATION.findall(data))
            yield _log(bucket, key, data)
    for application in sorted(applications):
        for key in keys(aws, f"{place}containers/{application.decode()}/")[1]:
            if _DRIVER.search(key):
                yield _log(bucket, key, _read(aws, bucket, key))
