# SPDX-License-Identifier: Apache-2.0
"""The life of an application of EMR Serverless, against a server that stands in for AWS."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from emr.conftest import EXAMPLES
from verger.spark._script import script

pytestmark = [pytest.mark.heavy, pytest.mark.emr]
FILE = EXAMPLES / "serverless.yaml"
IN, OUT = "s3://p8-data/Test", "s3://p8-data/Results"


@pytest.fixture
def arguments(archives):
    """What names the file and the bundle."""
    return [FILE, "--archive", archives["x86_64"], "--json"]


@pytest.fixture
def made(server, emr, arguments):
    """The id of an application of the example."""
    return emr("create", *arguments).document["application_id"]


@pytest.fixture
def foreign(server):
    """One that verger-emr did not make."""
    return boto3.client("emr-serverless").create_application(
        name="precious", releaseLabel="emr-7.13.0", type="SPARK",
        tags={"verger:managed": "false"})["applicationId"]  # fmt: skip


def described(application_id):
    client = boto3.client("emr-serverless")
    return client.get_application(applicationId=application_id)["application"]


def submitted(emr, application_id, *words):
    """Submit a job; the run as AWS has it."""
    run = emr("submit", application_id, IN, OUT, "--no-follow", "--json", *words).document
    client = boto3.client("emr-serverless")
    return client.get_job_run(applicationId=application_id, jobRunId=run["job_run_id"])["jobRun"]


def then(server, *states, **used):
    """Instead of sleeping, give the runs one state after another."""
    left = iter(states)
    return lambda _: server.serverless.set_runs(next(left), **used)


def test_the_whole_life(server, emr, made, arguments, monkeypatch):
    status = emr("status", made, "--json").document
    assert (status["state"], status["ours"], status["architecture"]) == ("CREATED", True, "X86_64")
    assert status["maximum_capacity"] == {"cpu": "16 vCPU", "memory": "32 GB", "disk": "80 GB"}
    assert status["idle_timeout_s"] == 15 * 60

    monkeypatch.setattr("time.sleep", then(server, "PENDING", "RUNNING", "SUCCESS", vCPUHour=2.0,
                                           memoryGBHour=4.0, storageGBHour=1.0))  # fmt: skip
    done = emr("submit", made, IN, OUT, "--json", "--", "--parts", "48").document
    assert done["state"] == "SUCCESS"
    status = emr("status", made, "--json").document
    assert [run["job_run_id"] for run in status["job_runs"]] == [done["job_run_id"]]
    usd = 2 * 0.052624 + 4 * 0.0057785 + 1 * 0.000111
    assert status["cost"]["usd"] == round(usd, 4) and status["cost"]["vcpu_hours"] == 2

    emr("resize", made, "--vcpus", "64", "--memory-gb", "128")
    assert described(made)["maximumCapacity"] == {
        "cpu": "64 vCPU", "memory": "128 GB", "disk": "80 GB"}  # fmt: skip
    assert described(made)["state"] == "STOPPED"

    other = emr("clone", made, "--json").document
    assert other["request"]["maximumCapacity"]["cpu"] == "64 vCPU"
    listed = emr("ls", "--json").document
    assert {each["application_id"] for each in listed["applications"]} == {
        made, other["application_id"]}  # fmt: skip
    assert listed["clusters"] == []

    for each in (made, other["application_id"]):
        assert emr("terminate", each, "--yes", "--json").document["state"] == "TERMINATED"
    assert emr("ls", "--json").document["applications"] == []
    assert len(emr("ls", "--all", "--json").document["applications"]) == 2


def test_what_is_asked_for_is_what_was_planned(server, emr, made, arguments):
    plan = emr("plan", *arguments, "--images", "1000").document
    asked = server.serverless.requests[made]
    assert {k: v for k, v in asked.items() if k != "clientToken"} == plan["request"]
    run = submitted(emr, made, "--", "--parts", "36")
    for name, told in (("executionRoleArn", "executionRole"), ("jobDriver", "jobDriver"),
                       ("tags", "tags"), ("name", "name"),
                       ("executionTimeoutMinutes", "executionTimeoutMinutes")):  # fmt: skip
        assert run[told] == plan["job_run"][name]
    assert run["executionTimeoutMinutes"] == 6 * 60
    objects = boto3.client("s3").list_objects_v2(Bucket="p8-data")["Contents"]
    files = {"verger/verger-spark.py", f"verger/{Path(arguments[2]).name}"}
    assert {each["Key"] for each in objects} == files  # no bootstrap script, no notebooks
    text = emr("plan", *arguments[:-1], "--images", "1000").out
    for words in ("application 'verger' in eu-west-1", "at most 16 vCPU, 32 GB, 80 GB",
                  "job run as arn:aws:iam::123456789012:role/verger-jobs", "vcpu 0.0",
                  "it stops itself after 15 min without a job"):  # fmt: skip
        assert words in text


def test_create_waits_until_it_is_started(server, emr, arguments):
    made = emr("create", *arguments, "--wait").document["application_id"]
    assert described(made)["state"] == "STARTED"


def test_a_job_waits_until_the_application_is_made(server, emr, made, monkeypatch):
    application_ = server.serverless.backend.applications[made]
    application_.state = "CREATING"
    monkeypatch.setattr("time.sleep", lambda _: setattr(application_, "state", "CREATED"))
    assert submitted(emr, made)["state"] == "SUBMITTED"


def test_an_update_is_a_job_that_differs_by_its_command(server, emr, made):
    run = submitted(emr, made, "--update", "--", "--refit", "always")
    assert run["name"] == f"verger update {IN}"
    driver = run["jobDriver"]["sparkSubmit"]
    assert driver["entryPointArguments"] == ["update", IN, OUT, "--refit", "always"]


def test_a_job_that_fails_is_exit_code_1(server, emr, made, monkeypatch):
    failed = ("FAILED", "No .jpg in s3://x")
    monkeypatch.setattr("time.sleep", lambda _: server.serverless.set_runs(*failed))
    said = emr("submit", made, IN, OUT, code=1).err
    assert "has failed: No .jpg in s3://x; see `verger-emr logs" in said


def test_a_job_is_cancelled(server, emr, made):
    run = submitted(emr, made)["jobRunId"]
    emr("cancel", made, run)
    assert emr("status", made, "--json").document["job_runs"][0]["state"] == "CANCELLED"
    assert "is over" in emr("cancel", made, run, code=3).err


def test_a_job_in_the_way_refuses_a_resize_and_is_cancelled_by_the_end(server, emr, made):
    run = submitted(emr, made)["jobRunId"]
    assert "runs a job, and is changed only" in emr("resize", made, "--vcpus", "64", code=2).err
    emr("terminate", made, "--yes")
    client = boto3.client("emr-serverless")
    run_of = client.get_job_run(applicationId=made, jobRunId=run)["jobRun"]
    assert (run_of["state"], described(made)["state"]) == ("CANCELLED", "TERMINATED")
    assert "has ended" in emr("submit", made, IN, OUT, code=2).err


def test_what_is_not_ours_is_left_alone(server, emr, foreign):
    for words in (["submit", foreign, IN, OUT], ["cancel", foreign, "00a"], ["history", foreign],
                  ["resize", foreign, "--vcpus=9"], ["terminate", foreign, "--yes"]):  # fmt: skip
        assert "was not made by verger-emr" in emr(*words, code=2).err
    assert described(foreign)["state"] == "CREATED"
    assert emr("ls", "--json").document["applications"] == []
    emr("terminate", foreign, "--yes", "--force")
    assert described(foreign)["state"] == "TERMINATED"


def test_what_has_no_meaning_is_said(server, emr, made, created):
    for words, told in (
        (["history", made, "--tunnel"], "--tunnel has no meaning for application"),
        (["terminate", made, "--yes", "--unprotect"], "--unprotect has no meaning for"),
        (["resize", made, "--count", "3"], "give --vcpus, --memory-gb or --disk-gb"),
        (["resize", made], "give --vcpus, --memory-gb or --disk-gb"),
        (["resize", created, "--vcpus", "3"], "has instance groups: give --count"),
    ):
        assert told in emr(*words, code=2).err
    assert described(made)["state"] == "CREATED"


def test_options_of_a_job_are_checked_before_anything_is_made(server, emr, made, arguments):
    for words, told in ((["--", "--conf", "a=b"], "--conf is not for"),
                        (["--", "--s3-secret-key", "x"], "is a credential"),
                        (["--", "--varianze", "3"], "has no option")):  # fmt: skip
        assert told in emr("submit", made, IN, OUT, *words, code=2).err
        assert told in emr("run", FILE, IN, OUT, *arguments[1:3], *words, code=2).err
    assert "is not a place on S3" in emr("submit", made, IN, "/tmp/x", code=2).err
    assert list(server.serverless.requests) == [made]
    assert emr("status", made, "--json").document["job_runs"] == []


def test_a_run_deletes_its_application(server, emr, arguments, monkeypatch):
    for states, code in ((("RUNNING", "SUCCESS"), 0), (("RUNNING", "FAILED"), 1)):
        monkeypatch.setattr("time.sleep", then(server, *states, vCPUHour=1.0))
        done = emr("run", FILE, IN, OUT, *arguments[1:], code=code)
        assert "it stops itself after 15 min without a job" in done.err
        assert "is terminated" in done.err
        if code == 0:
            assert done.document["terminated"] and done.document["cost_usd"] == 0.0526
    states = {described(each)["state"] for each in server.serverless.requests}
    assert states == {"TERMINATED"}


def test_keep_leaves_the_application_to_its_limit(server, emr, arguments, monkeypatch):
    monkeypatch.setattr("time.sleep", then(server, "SUCCESS"))
    done = emr("run", FILE, IN, OUT, *arguments[1:], "--keep")
    assert described(done.document["application_id"])["state"] == "STARTED"


def test_logs_are_those_of_the_driver(server, emr, made):
    assert "has run no job run" in emr("logs", made, code=2).err
    run = submitted(emr, made)["jobRunId"]
    assert "no logs of" in emr("logs", made).err
    root = f"logs/applications/{made}/jobs"
    for key, text in ((f"{run}/SPARK_DRIVER/stderr.gz", "No .jpg in s3://p8-data/Test."),
                      (f"{run}/SPARK_EXECUTOR/1/stderr.gz", "executor"),
                      ("00other/SPARK_DRIVER/stderr.gz", "of another")):  # fmt: skip
        boto3.client("s3").put_object(Bucket="p8-data", Key=f"{root}/{key}",
                                      Body=gzip.compress(text.encode()))  # fmt: skip
    document = emr("logs", made, "--json").document
    assert [log["text"] for log in document["logs"]] == ["No .jpg in s3://p8-data/Test."]
    assert len(emr("logs", made, "--list", "--json").document["logs"]) == 3
    assert emr("history", made).out == f"https://{run}.dashboard.emr-serverless.example\n"


def test_the_real_aws_program_makes_an_equal_application(server, emr, made):
    """The printed line is given to a shell as it is."""
    asked = dict(server.serverless.requests[made])
    command = emr("clone", made, "--dry-run").out
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(["bash", "-c", command], env={**os.environ, "PATH": path},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    again = dict(server.serverless.requests[json.loads(done.stdout)["applicationId"]])
    for request in (asked, again):
        del request["clientToken"]
    assert again == asked


def test_a_clone_without_an_idle_limit_is_told(server, emr, made):
    assert "no idle limit" not in emr("clone", made, "--dry-run").err
    application = server.serverless.backend.applications[made]
    application.auto_stop_configuration = {"enabled": False}
    assert "has no idle limit" in emr("clone", made, "--dry-run").err


def test_the_job_is_one_file(server, made):
    body = boto3.client("s3").get_object(Bucket="p8-data", Key="verger/verger-spark.py")["Body"]
    assert body.read() == script()


def test_throttling_is_tried_again_and_a_denial_is_said(server, emr, made, monkeypatch):
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    server.faults.left["GetApplication"] = 2
    emr("status", made)
    server.faults.code, server.faults.message = "AccessDeniedException", "no luck"
    server.faults.left["GetApplication"] = 1
    said = emr("status", made, code=3).err
    assert "may not do GetApplication (no luck); `verger-emr policy operator`" in said


def test_clusters_are_listed_where_applications_are_denied(server, emr, created):
    server.faults.code, server.faults.message = "AccessDeniedException", "no luck"
    server.faults.left["ListApplications"] = 1
    listed = emr("ls", "--json")
    assert "applications are not listed: These credentials may not do" in listed.err
    assert listed.document["applications"] is None
    assert [each["cluster_id"] for each in listed.document["clusters"]] == [created]
