# SPDX-License-Identifier: Apache-2.0
"""What is asked of EMR Serverless for an application and for its jobs."""

import pytest
from botocore.stub import Stubber
from emr.conftest import EXAMPLES
from verger.emr import config
from verger.emr.archive import inspect
from verger.emr.aws import Aws
from verger.emr.errors import UsageError
from verger.emr.serverless import clone
from verger.emr.serverless.on_serverless import OnServerless
from verger.emr.serverless.request import create_application, spark_defaults, start_job_run
from verger.emr.steps import SparkJob

pytestmark = [pytest.mark.heavy, pytest.mark.emr]
FILE = EXAMPLES / "serverless.yaml"
IN, OUT = "s3://p8-data/Test", "s3://p8-data/Results"
READY = "initial_capacity: {drivers: 1, executors: 2}"


def test_no_word_of_a_job_is_read_by_anybody_but_the_job():
    """They are a list; Spark's settings are a map; the folder may have a blank in its name."""
    tags = {"verger:folder": "s3://b/some folder", "verger:archive": "s3://b/x",
            "verger:role": "arn:aws:iam::123456789012:role/r",
            "verger:longest-job-minutes": "60"}  # fmt: skip
    odd = ("--label-column", "file:///etc/passwd", "-x", "http://x", "a b", "$(c)")
    driver = start_job_run("00a", tags, SparkJob(IN, OUT, odd))["jobDriver"]["sparkSubmit"]
    assert driver == {"entryPoint": "s3://b/some folder/verger/verger-spark.py",
                      "entryPointArguments": ["run", IN, OUT, *odd]}  # fmt: skip


def test_workers_have_the_memory_that_is_asked_for():
    text = FILE.read_text() + "spark: {spark.task.maxFailures: '8'}\n"
    wanted = config.parse(text, "c.yaml")
    settings = spark_defaults(wanted, inspect("s3://b/verger-0.1.0-linux-x86_64.tar.gz"))
    for role in ("driver", "executor"):
        heap, rest = (int(settings[f"spark.{role}.{name}"].removesuffix("m"))
                      for name in ("memory", "memoryOverhead"))  # fmt: skip
        assert heap + rest == 8 * 1024
    assert rest >= 1024 * int(settings["spark.executor.cores"])
    assert settings["spark.archives"] == "s3://b/verger-0.1.0-linux-x86_64.tar.gz#verger"
    assert settings["spark.task.maxFailures"] == "8"


def test_the_archive_is_that_of_the_architecture(emr, archives, tmp_path):
    (tmp_path / "arm.yaml").write_text(FILE.read_text().replace("x86_64  ", "arm64"))
    said = emr("create", tmp_path / "arm.yaml", "--archive", archives["x86_64"], code=2).err
    assert "is for x86_64, but the application verger is aarch64" in said
    plan = emr("plan", tmp_path / "arm.yaml", "--archive", archives["aarch64"], "--images", "1000",
               "--json").document  # fmt: skip
    assert plan["request"]["architecture"] == "ARM64"


def test_initial_capacity_is_of_the_workers_sizes():
    text = FILE.read_text().replace("serverless:\n", f"serverless:\n  {READY}\n")
    wanted = config.parse(text, "c.yaml")
    request = create_application(wanted, inspect("s3://b/verger-0.1.0-linux-x86_64.tar.gz"))
    worker = {"cpu": "4 vCPU", "memory": "8 GB", "disk": "20 GB"}
    assert request["initialCapacity"] == {
        "DRIVER": {"workerCount": 1, "workerConfiguration": worker},
        "EXECUTOR": {"workerCount": 2, "workerConfiguration": worker}}  # fmt: skip


def test_what_aws_takes_for_no_tag_is_refused_before_anything_is_made(
    server, emr, archives, tmp_path
):
    for change in (("s3://p8-data", "s3://p8-data/été"), ("idle", "tags: {a: 'b,c'}\nidle")):
        (tmp_path / "c.yaml").write_text(FILE.read_text().replace(*change, 1))
        arguments = [tmp_path / "c.yaml", "--archive", archives["x86_64"]]
        assert "would be in a tag" in emr("create", *arguments, code=2).err
    assert server.serverless.requests == {}


def test_what_moto_cannot_tell_is_cloned_too():
    image = {"imageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/x:1"}
    told = {
        "applicationId": "00a", "name": "full", "releaseLabel": "emr-7.13.0", "type": "Spark",
        "arn": "arn:aws:emr-serverless:eu-west-1:123456789012:/applications/00a",
        "state": "STARTED", "createdAt": 0, "updatedAt": 0, "architecture": "ARM64",
        "autoStopConfiguration": {"enabled": False},
        "imageConfiguration": {**image, "resolvedImageDigest": f"sha256:{'0' * 64}"},
        "networkConfiguration": {"subnetIds": ["subnet-1"]},
        "schedulerConfiguration": {"maxConcurrentRuns": 3},
        "tags": {"aws:x": "y", "team": "pears"},
    }  # fmt: skip
    request = clone.request_of(told)
    assert request == {
        "name": "full", "releaseLabel": "emr-7.13.0", "type": "SPARK", "architecture": "ARM64",
        "autoStopConfiguration": {"enabled": False}, "imageConfiguration": image,
        "networkConfiguration": {"subnetIds": ["subnet-1"]},
        "schedulerConfiguration": {"maxConcurrentRuns": 3},
        "tags": {"team": "pears", "verger:managed": "true"},
    }  # fmt: skip
    aws = Aws("eu-west-1")
    with Stubber(aws.serverless) as stubber:
        answer = {"applicationId": "00b", "arn": told["arn"]}
        stubber.add_response("create_application", answer, request)
        assert OnServerless(aws).start(request) == "00b"  # botocore takes it


def test_an_application_without_our_words_in_its_tags_runs_nothing():
    ours = {"verger:managed": "true", "verger:folder": "s3://b", "verger:archive": "s3://b/x"}
    for tags, words in (({}, "where the bundle is"), (ours, "which role its jobs have")):
        with pytest.raises(UsageError, match=words):
            start_job_run("00a", tags, SparkJob(IN, OUT))
