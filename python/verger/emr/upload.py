# SPDX-License-Identifier: Apache-2.0
"""What `create` lays down on S3 before the cluster or application that needs it."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from verger.emr.archive import Archive
from verger.emr.aws import Aws, said
from verger.emr.config import ClusterConfig, Description
from verger.emr.places import split
from verger.emr.request import jupyter_configuration
from verger.spark._script import script

_DIGEST = "sha256"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_there(aws: Aws, bucket: str, key: str, digest: str) -> bool:
    try:
        head: dict[str, Any] = aws.s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
            return False
        raise
    return bool(head["Metadata"].get(_DIGEST) == digest)


def put_file(aws: Aws, path: Path, uri: str) -> None:
    """Upload a file, unless it is there to the bit."""
    bucket, key = split(uri)
    digest = _digest(path)
    with said():
        if not _is_there(aws, bucket, key, digest):
            extra = {"Metadata": {_DIGEST: digest}}
            aws.s3.upload_file(str(path), bucket, key, ExtraArgs=extra)


def _put(aws: Aws, data: bytes, uri: str) -> None:
    bucket, key = split(uri)
    with said():
        aws.s3.put_object(Bucket=bucket, Key=key, Body=data)


def _texts(config: Description) -> dict[str, str]:
    """What instances have, and an application has not, by its place."""
    if not isinstance(config, ClusterConfig):
        return {}
    folder = config.folder
    texts = {folder.bootstrap: files("verger").joinpath("emr/bootstrap-emr.sh").read_text()}
    if "JupyterHub" in config.applications:
        texts[folder.jupyter_conf] = json.dumps(jupyter_configuration(config), indent=2) + "\n"
    return texts


def upload(aws: Aws, config: Description, archive: Archive) -> list[str]:
    """Upload what is not there yet; return the places."""
    folder, texts = config.folder, _texts(config)
    for uri, text in texts.items():
        _put(aws, text.encode(), uri)
    _put(aws, script(), folder.job)
    places = [*texts, folder.job]
    if not archive.on_s3:
        places.append(folder.archive(archive.name))
        put_file(aws, Path(archive.source), places[-1])
    return places
