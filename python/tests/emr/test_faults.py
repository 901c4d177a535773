# SPDX-License-Identifier: Apache-2.0
"""What AWS answers when something is wrong: tried again, or said in one sentence."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.awsrequest import AWSResponse
from conftest import ROOT
from emr.conftest import EXAMPLES
from verger.emr import upload
from verger.emr.aws import ATTEMPTS, Aws
from verger.emr.errors import AwsError

pytestmark = [pytest.mark.heavy, pytest.mark.emr]


@pytest.fixture(autouse=True)
def no_backoff(monkeypatch):
    """Retries come at once."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


def test_throttling_is_tried_again(server, emr, created):
    server.faults.code, server.faults.message = "ThrottlingException", "Rate exceeded"
    server.faults.left["DescribeCluster"] = ATTEMPTS - 1
    before = server.faults.seen["DescribeCluster"]
    emr("status", created)
    assert server.faults.seen["DescribeCluster"] - before == ATTEMPTS


def test_throttling_without_end_is_said(server, emr, created):
    server.faults.code = "ThrottlingException"
    server.faults.left["DescribeCluster"] = 1000
    said = emr("status", created, code=3).err
    assert said == (
        f"verger: error: AWS throttled DescribeCluster {ATTEMPTS} times in a row; wait a little "
        "and repeat.\n"
    )
    assert server.faults.left["DescribeCluster"] == 1000 - ATTEMPTS


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ExpiredTokenException", "The AWS credentials have expired; sign in again"),
        ("UnrecognizedClientException", "AWS does not accept these credentials"),
        ("AccessDeniedException", "may not do DescribeCluster (no luck); `verger-emr policy"),
        ("InvalidRequestException", "AWS refused DescribeCluster: no luck."),
    ],
)
def test_what_no_retry_mends_is_said_at_once(server, emr, created, code, words):
    server.faults.code, server.faults.message = code, "no luck"
    server.faults.left["DescribeCluster"] = 1
    said = emr("status", created, code=3).err
    assert said.startswith("verger: error: ") and words in said
    assert said.count("\n") == 1


def test_credentials_that_expire_while_it_waits_leave_a_cluster_that_ends_itself(
    server, emr, archives
):
    server.faults.code, server.faults.message = "ExpiredTokenException", "late"
    server.faults.left["DescribeStep"] = 1000
    server.faults.left["TerminateJobFlows"] = 1000
    said = emr("run", EXAMPLES / "m5.yaml", "s3://p8-data/Test", "s3://p8-data/Results",
               "--archive", archives["x86_64"], code=3).err  # fmt: skip
    assert "it ends itself after 30 min without work" in said
    assert "have expired" in said
    (request,) = server.requests.values()
    assert request["AutoTerminationPolicy"] == {"IdleTimeout": 1800}


def test_no_credentials_at_all(server, emr, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "absent"))
    assert "No AWS credentials were found" in emr("ls", code=3).err


def test_no_region_at_all(server, emr, monkeypatch, tmp_path):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "absent"))
    assert "No region is set" in emr("ls", code=2).err


def test_no_such_profile(server, emr):
    assert "have no profile 'nobody'" in emr("ls", "--profile", "nobody", code=2).err


def test_another_region_than_the_description_says(server, emr, archives):
    arguments = [EXAMPLES / "m5.yaml", "--archive", archives["x86_64"], "--region", "us-east-1"]
    assert "is not the description's region" in emr("create", *arguments, code=2).err


def test_aws_out_of_reach(server, emr, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert "AWS cannot be reached" in emr("ls", code=3).err


def test_no_bucket_no_cluster(server, emr, archives, tmp_path):
    text = (EXAMPLES / "m5.yaml").read_text().replace("p8-data", "nobodys-bucket")
    (tmp_path / "c.yaml").write_text(text)
    said = emr("create", tmp_path / "c.yaml", "--archive", archives["x86_64"], code=3).err
    assert "bucket does not exist" in said
    assert server.requests == {}


def test_an_upload_that_is_refused_midway_is_said(server, archives):
    aws = Aws()

    def refuse(request, **_):
        body = b"<Error><Code>AccessDenied</Code><Message>no luck</Message></Error>"
        raw = SimpleNamespace(stream=lambda: iter([body]))
        return AWSResponse(request.url, 403, {}, raw)

    aws.s3.meta.events.register("before-send.s3.PutObject", refuse)
    with pytest.raises(AwsError, match=r"may not do PutObject \(no luck\)"):
        upload.put_file(aws, Path(archives["x86_64"]), "s3://p8-data/verger/x.tar.gz")


def test_usage_errors_have_the_programs_form(emr):
    said = emr("resize", "j-1", "--role", "master", "--count", "1", code=2).err
    assert said.startswith("verger: error: ") and "'master' is not one of" in said
    assert emr("nonsense", code=2).err.startswith("verger: error: No such command 'nonsense'")


def test_errors_are_documents_with_json(server, emr):
    document = emr("status", "j-1", "--json", code=3).document
    assert document["exit_code"] == 3 and "DescribeCluster" in document["error"]


def test_a_size_of_the_wrong_kind_is_said(server, emr, created):
    assert "has instance groups: give --count" in emr(
        "resize", created, "--spot", "3", code=2).err  # fmt: skip
    assert "no part for the role task" in emr(
        "resize", created, "--role", "task", "--count", "3", code=2).err  # fmt: skip


def test_options_of_a_step_are_checked_before_anything_is_made(server, emr, archives, created):
    places = ["s3://p8-data/Test", "s3://p8-data/Results"]
    for options, words in (
        (["--", "--conf", "a=b"], "--conf is not for a step"),
        (["--", "--s3-secret-key", "x"], "is a credential"),
        (["--", "--varianze", "3"], "has no option"),
        (["--", "--refit", "always"], "has no option"),
        (["--varianze"], "No such option"),
        (["--update", "--", "--conf", "a=b"], "--conf is not for a step"),
        (["--update", "--", "--parts", "4"], "has no option"),
        (["--update", "--", "--resume"], "has no option"),
        (["--", "--update"], "has no option"),
    ):
        assert words in emr("submit", created, *places, *options, code=2).err
        assert words in emr("run", EXAMPLES / "m5.yaml", *places, "--archive",
                            archives["x86_64"], *options, code=2).err  # fmt: skip
    for input_, output in (("s3://p8-data/Test", "Results"), ("s3n://p8-data/Test", places[1]),
                           ("s3://p8-data/Test", "file:///etc")):  # fmt: skip
        assert "is not a place on S3" in emr("submit", created, input_, output, code=2).err
        assert "is not a place on S3" in emr("run", EXAMPLES / "m5.yaml", input_, output,
                                             "--archive", archives["x86_64"],
                                             code=2).err  # fmt: skip
    assert list(server.requests) == [created]


WITHOUT = """
import importlib.abc, importlib.machinery, sys
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in {absent!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
genuine = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: (
    None if name.split(".")[0] in {absent!r} else genuine(name, package))
sys.meta_path.insert(0, Absent())
from verger._emr import main
sys.argv = ["verger-emr", *{arguments!r}]
sys.exit(main())
"""


def without(absent, *arguments):
    """Run verger-emr where some packages are not installed."""
    script = "import importlib.util\n" + WITHOUT.format(absent=absent, arguments=arguments)
    path = ROOT / "build" / "release" / "python"
    return subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": str(path)},
                          capture_output=True, text=True, check=False)  # fmt: skip


def test_without_boto3_one_sentence_says_what_to_install():
    done = without(["boto3"], "ls")
    assert done.stderr == "verger: error: verger.emr needs boto3: pip install 'verger[emr]'.\n"
    assert done.returncode == 2


def test_it_works_without_spark_and_arrow(archives):
    arguments = ["plan", str(EXAMPLES / "m5.yaml"), "--images", "1000"]
    done = without(["pyspark", "pyarrow", "pandas"], *arguments, "--archive", archives["x86_64"])
    assert done.returncode == 0, done.stderr
    assert Path(archives["x86_64"]).name in done.stdout
