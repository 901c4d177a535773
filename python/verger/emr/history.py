# SPDX-License-Identifier: Apache-2.0
"""Spark's History Server: AWS' persistent one, or the cluster's own through an SSH tunnel."""

from __future__ import annotations

import shlex
from typing import Any

from verger.emr.aws import Aws, said
from verger.emr.cluster import READY, check_ours, describe, state_of
from verger.emr.errors import UsageError

PORT = 18080  # where the History Server listens on the master


def persistent(aws: Aws, cluster_id: str) -> str:
    """Return an address that is good for a short while and lets in whoever has it.

    It works while the cluster runs and for 30 days after it ended. UsageError when it is not ours:
    the server is made at it.
    """
    cluster = describe(aws, cluster_id)
    check_ours(cluster)
    with said():
        made = aws.emr.create_persistent_app_ui(TargetResourceArn=cluster["ClusterArn"])
        answer: dict[str, Any] = aws.emr.get_persistent_app_ui_presigned_url(
            PersistentAppUIId=made["PersistentAppUIId"], PersistentAppUIType="SHS"
        )
    return str(answer["PresignedURL"])


def tunnel(aws: Aws, cluster_id: str, key_file: str | None = None) -> tuple[str, str]:
    """Return the ssh command that opens a tunnel to the master, and the address it then serves."""
    cluster = describe(aws, cluster_id)
    if state_of(cluster) not in READY or not cluster.get("MasterPublicDnsName"):
        raise UsageError(
            f"Cluster {cluster_id} is {state_of(cluster)}: there is no master to reach; without "
            "--tunnel, history gives the address of the persistent History Server."
        )
    name = cluster.get("Ec2InstanceAttributes", {}).get("Ec2KeyName")
    key = key_file or (f"{name}.pem" if name else None)
    if key is None:
        raise UsageError(f"Cluster {cluster_id} has no key of EC2: ssh cannot enter it.")
    master = cluster["MasterPublicDnsName"]
    words = ["ssh", "-i", key, "-N", "-L", f"{PORT}:{master}:{PORT}", f"hadoop@{master}"]
    return shlex.join(words), f"http://localhost:{PORT}"
