# SPDX-License-Identifier: Apache-2.0
"""An application as AWS describes it -> the request that makes its like, and its `aws` command."""

from __future__ import annotations

import json
import shlex
from typing import Any

from verger.emr.awscli import text_only
from verger.emr.ours import MANAGED

# GetApplication and CreateApplication call these the same.
_SAME = ("name", "releaseLabel", "initialCapacity", "maximumCapacity", "autoStartConfiguration",
         "autoStopConfiguration", "networkConfiguration", "architecture", "runtimeConfiguration",
         "monitoringConfiguration", "diskEncryptionConfiguration", "interactiveConfiguration",
         "schedulerConfiguration", "jobLevelCostAllocationConfiguration")  # fmt: skip
_TOLD_ALONE = ("resolvedImageDigest", "identityCenterApplicationArn")  # AWS finds them itself


def _asked(value: Any) -> Any:
    """What is told, without what nobody asks for."""
    if isinstance(value, dict):
        return {k: _asked(v) for k, v in value.items() if k not in _TOLD_ALONE}
    return value


def request_of(application: dict[str, Any]) -> dict[str, Any]:
    """Return the request. A clone is made by verger-emr, whatever it is of."""
    names = (*_SAME, "imageConfiguration", "workerTypeSpecifications",
             "identityCenterConfiguration")  # fmt: skip
    tags = {k: v for k, v in application.get("tags", {}).items() if not k.startswith("aws:")}
    return {
        **{name: _asked(application[name]) for name in names if application.get(name)},
        "type": application["type"].upper(),
        "tags": {**tags, MANAGED: "true"},
    }


def command(request: dict[str, Any], region: str) -> str:
    """Return `aws emr-serverless create-application` with the request, as a line for a shell."""
    words = ["aws", "emr-serverless", "create-application", "--region", text_only(region)]
    return shlex.join([*words, "--cli-input-json", json.dumps(request)])
