# SPDX-License-Identifier: Apache-2.0
"""EMR on EC2 or EMR Serverless: which of the two a description, or an id, is for."""

from __future__ import annotations

import re
from typing import Union

from verger.emr.archive import Archive
from verger.emr.aws import Aws
from verger.emr.config import ApplicationConfig, Description
from verger.emr.on_ec2 import OnEc2
from verger.emr.serverless.on_serverless import OnServerless
from verger.emr.upload import upload

Target = Union[OnEc2, OnServerless]
_APPLICATION_ID = re.compile(r"[0-9a-z]{1,64}")


def target_of(config: Description, aws: Aws) -> Target:
    """Return the target that a description is for."""
    return OnServerless(aws) if isinstance(config, ApplicationConfig) else OnEc2(aws)


def target_with(target_id: str, aws: Aws) -> Target:
    """Return the target that an id is of: AWS gives clusters j-… and applications no dash."""
    return OnServerless(aws) if _APPLICATION_ID.fullmatch(target_id) else OnEc2(aws)


def create(target: Target, config: Description, archive: Archive) -> str:
    """Upload what the nodes need, make what is described, and return its id."""
    request = target.request(config, archive)
    upload(target.aws, config, archive)
    return target.start(request)
