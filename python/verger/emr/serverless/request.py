# SPDX-License-Identifier: Apache-2.0
"""An application's description -> the requests that make it (CreateApplication) and use it."""

from __future__ import annotations

import re
from typing import Any

from verger.emr.archive import Archive
from verger.emr.config import ApplicationConfig
from verger.emr.errors import UsageError
from verger.emr.ours import MANAGED, check_machine, files_of, place_of, tags_for
from verger.emr.parts import Worker
from verger.emr.request import memory_settings
from verger.emr.steps import UNPACKED, SparkJob
from verger.spark.job.work import VARIABLE

ROLE = "verger:role"
LONGEST_JOB = "verger:longest-job-minutes"
_TAG = re.compile(r"[A-Za-z0-9 /_.:=+@-]*")  # AWS': names and values


def spark_defaults(config: ApplicationConfig, archive: Archive) -> dict[str, str]:
    """Return Spark's settings: the bundle, workers of the sizes that are asked for, the user's.

    The archive is unpacked as ./verger on each worker, where executors find the program; the driver
    is told. Half of a driver and two thirds of an executor are outside the Java heap.
    """
    settings = {
        "spark.archives": f"{place_of(config, archive)}#{UNPACKED}",
        f"spark.emr-serverless.driverEnv.{VARIABLE}": UNPACKED,
        "spark.emr-serverless.driverEnv.AWS_REGION": config.region,
        "spark.executorEnv.AWS_REGION": config.region,
    }
    wanted = config.serverless
    for role, worker, parts in (("driver", wanted.driver, 2), ("executor", wanted.executor, 3)):
        settings[f"spark.{role}.cores"] = str(worker.vcpus)
        settings[f"spark.emr-serverless.{role}.disk"] = f"{worker.disk_gb}g"
        settings |= memory_settings(role, worker.memory_gb * 1024, parts)
    return settings | config.spark


def sizes(**amounts: int | None) -> dict[str, str]:
    """Return amounts of vCPUs, memory_gb and disk_gb as AWS writes them, without what is None."""
    units = {"vcpus": ("cpu", "vCPU"), "memory_gb": ("memory", "GB"), "disk_gb": ("disk", "GB")}
    return {
        units[name][0]: f"{amount} {units[name][1]}"
        for name, amount in amounts.items()
        if amount is not None
    }


def _ready(count: int, worker: Worker) -> dict[str, Any]:
    return {"workerCount": count, "workerConfiguration": sizes(**worker.model_dump())}


def _tags(config: ApplicationConfig, archive: Archive) -> dict[str, str]:
    """Return the tags, by which `submit` knows all that it needs."""
    own = {ROLE: config.serverless.role, LONGEST_JOB: str(round(config.max_age_hours * 60))}
    tags = {**own, **tags_for(config, archive)}
    for text in (*tags, *tags.values()):
        if not _TAG.fullmatch(text):
            raise UsageError(
                f"{text!r} would be in a tag of the application, which has letters and digits of "
                "ASCII, blanks and / _ . : = + @ - alone."
            )
    return tags


def create_application(config: ApplicationConfig, archive: Archive) -> dict[str, Any]:
    """Return the request that makes the application, complete."""
    check_machine(config, archive)
    wanted = config.serverless
    made: dict[str, Any] = {
        "name": config.name,
        "releaseLabel": config.release,
        "type": "SPARK",
        "architecture": wanted.architecture.upper(),
        "maximumCapacity": sizes(**wanted.maximum_capacity.model_dump()),
        "autoStartConfiguration": {"enabled": True},
        "autoStopConfiguration": {
            "enabled": True,
            "idleTimeoutMinutes": config.idle_timeout_minutes,
        },
        "runtimeConfiguration": [
            {"classification": "spark-defaults", "properties": spark_defaults(config, archive)}
        ],
        "monitoringConfiguration": {
            "s3MonitoringConfiguration": {"logUri": config.logs or config.folder.logs}
        },
        "tags": _tags(config, archive),
    }
    if ready := wanted.initial_capacity:
        made["initialCapacity"] = {
            "DRIVER": _ready(ready.drivers, wanted.driver),
            "EXECUTOR": _ready(ready.executors, wanted.executor),
        }
    return made


def start_job_run(application_id: str, tags: dict[str, str], job: SparkJob) -> dict[str, Any]:
    """Return the request that runs a job on an application with these tags.

    One attempt: a second would find the first one's output (`steps.spark_submit`). UsageError when
    the tags do not say what is needed.
    """
    folder, _ = files_of(f"Application {application_id}", tags)
    if ROLE not in tags or not tags.get(LONGEST_JOB, "").isdecimal():
        raise UsageError(
            f"Application {application_id} was not made by verger-emr: its tags do not say which "
            "role its jobs have, and how long they may take."
        )
    return {
        "applicationId": application_id,
        "executionRoleArn": tags[ROLE],
        "name": job.name,
        "executionTimeoutMinutes": int(tags[LONGEST_JOB]),
        "tags": {MANAGED: "true"},
        "jobDriver": {
            "sparkSubmit": {"entryPoint": folder.job, "entryPointArguments": list(job.words)}
        },
    }
