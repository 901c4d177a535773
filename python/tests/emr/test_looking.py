# SPDX-License-Identifier: Apache-2.0
"""plan, status, logs and history."""

import gzip
import json

import boto3
import pytest
import verger
from emr.conftest import CLUSTERS, EXAMPLES
from verger.emr import config, request
from verger.emr.archive import inspect

pytestmark = [pytest.mark.heavy, pytest.mark.emr]
IN, OUT = "s3://p8-data/Test", "s3://p8-data/Results"


def plan(emr, archives, name, *more):
    machine = config.load(EXAMPLES / name).machine
    return emr("plan", EXAMPLES / name, "--archive", archives[machine], *more)


@pytest.mark.parametrize("name", CLUSTERS)
def test_a_plan_is_what_would_be_asked_of_aws(emr, archives, name, monkeypatch):
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.delenv(variable, raising=False)  # none is needed
    made = plan(emr, archives, name, "--images", "100000", "--json").document
    wanted = config.load(EXAMPLES / name)
    assert made["request"] == request.run_job_flow(wanted, inspect(archives[wanted.machine]))
    assert made["archive"]["version"] == "0.1.0"
    assert made["estimate"]["total"] > 0 and made["estimate"]["left_out"]
    text = plan(emr, archives, name, "--images", "100000").out
    assert text.startswith("estimate for 100,000 images")
    for words in ("s3://p8-data/Test/", "s3://p8-data/Results/", "bootstrap-emr.sh",
                  "verger 0.1.0 for", "spark-submit --master yarn", "prices  of",
                  "left out: taxes", "it ends itself after"):  # fmt: skip
        assert words in text
    assert "aws emr create-cluster" not in text
    assert "aws emr create-cluster" in plan(emr, archives, name, "--images", "9", "--aws").out


@pytest.mark.parametrize("name", [*CLUSTERS, "serverless.yaml"])
def test_a_plan_needs_no_bundle(emr, archives, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    machine = config.load(EXAMPLES / name).machine
    bundle = f"verger-{verger.__version__}-linux-{machine}.tar.gz"
    made = emr("plan", EXAMPLES / name, "--images", "1000", "--json").document
    assert made["archive"]["name"] == bundle
    assert f"s3://p8-data/verger/{bundle}" in made["files"]
    text = emr("plan", EXAMPLES / name, "--images", "1000").out
    assert f"to be packed by make bundle ARCH={machine}" in text
    packed = plan(emr, archives, name, "--images", "1000").out
    assert "to be packed" not in packed


@pytest.mark.parametrize("jupyter", [True, False])
def test_the_files_of_a_plan_are_those_that_create_leaves(server, emr, archives, tmp_path, jupyter):
    text = (EXAMPLES / "m5.yaml").read_text() + "\nlogs: s3://p8-data/elsewhere/\n"
    assert "JupyterHub, " in text
    text = text if jupyter else text.replace("JupyterHub, ", "")
    (tmp_path / "c.yaml").write_text(text)
    of_archive = ["--archive", archives["x86_64"]]
    planned = emr("plan", tmp_path / "c.yaml", "--images", "10", *of_archive, "--json").document
    emr("create", tmp_path / "c.yaml", *of_archive)
    objects = boto3.client("s3").list_objects_v2(Bucket="p8-data")["Contents"]
    left = {f"s3://p8-data/{each['Key']}" for each in objects}
    assert {place for place in planned["files"] if not place.endswith("/")} == left
    folders = {place for place in planned["files"] if place.endswith("/")}
    assert ("s3://p8-data/jupyter/" in folders) == jupyter
    assert "s3://p8-data/elsewhere/" in folders and "s3://p8-data/logs/" not in folders


def test_the_planned_step_is_the_one_that_submit_sends(server, emr, archives, created):
    made = plan(emr, archives, "m5.yaml", "--images", "1000", "--json").document
    emr("submit", created, IN, OUT, "--no-follow")
    (step,) = boto3.client("emr").list_steps(ClusterId=created)["Steps"]
    assert step["Config"]["Args"] == made["step"]["HadoopJarStep"]["Args"]


def test_the_planned_step_has_tasks_for_all_cores(emr, archives):
    few, many = (plan(emr, archives, "amx.yaml", "--images", n, "--json").document
                 for n in ("1000", "100000000"))  # fmt: skip
    words = few["step"]["HadoopJarStep"]["Args"]
    assert words[words.index("--parts") + 1] == str(3 * 12 * 16) == str(few["estimate"]["parts"])
    assert "--parts" not in many["step"]["HadoopJarStep"]["Args"]  # 32,768 images each: enough


def test_a_plan_without_a_price_says_so(emr, archives, tmp_path):
    text = (EXAMPLES / "m5.yaml").read_text().replace("m5.xlarge", "z1d.xlarge")
    (tmp_path / "c.yaml").write_text(text)
    arguments = ["plan", tmp_path / "c.yaml", "--images", "10", "--archive", archives["x86_64"]]
    made = emr(*arguments, "--json").document
    assert made["estimate"] is None and "z1d.xlarge" in made["note"]
    assert "no instance type z1d.xlarge" in emr(*arguments).out


def test_no_plan_has_credentials(emr, archives, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAVISIBLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-visible")
    text = plan(emr, archives, "m5.yaml", "--images", "10").out
    assert "AKIAVISIBLE" not in text and "very-visible" not in text


def put(key, text):
    boto3.client("s3").put_object(Bucket="p8-data", Key=key, Body=gzip.compress(text.encode()))


def test_logs_are_those_of_the_step_and_of_its_driver(server, emr, created):
    step = emr("submit", created, IN, OUT, "--no-follow", "--json").document["step_id"]
    assert "no logs of" in emr("logs", created).err
    application, root = "application_17000_0001", f"logs/{created}"
    put(f"{root}/steps/{step}/stderr.gz", f"Submitted {application} to ResourceManager")
    put(f"{root}/steps/{step}/controller.gz", "INFO startExec")
    put(f"{root}/steps/s-OTHER/stderr.gz", "of another step")
    first = f"{root}/containers/{application}/container_17000_0001_01_000001"
    put(f"{first}/stderr.gz", "verger: error: No .jpg in s3://p8-data/Test.")
    put(f"{root}/containers/{application}/container_17000_0001_01_000002/stderr.gz", "executor")
    logs = emr("logs", created, "--json").document["logs"]
    assert [log["uri"].rpartition(created)[2] for log in logs] == [
        f"/steps/{step}/controller.gz", f"/steps/{step}/stderr.gz",
        f"/containers/{application}/container_17000_0001_01_000001/stderr.gz"]  # fmt: skip
    assert "No .jpg" in emr("logs", created, step).out
    assert len(emr("logs", created, "--list", "--json").document["logs"]) == 5


def test_a_damaged_log_is_said(server, emr, created):
    step = emr("submit", created, IN, OUT, "--no-follow", "--json").document["step_id"]
    boto3.client("s3").put_object(Bucket="p8-data", Body=b"no gzip",
                                  Key=f"logs/{created}/steps/{step}/stderr.gz")  # fmt: skip
    assert "is damaged" in emr("logs", created, code=3).err


def test_logs_of_a_cluster_without_steps(server, emr, created):
    assert "has run no step" in emr("logs", created, code=2).err


def test_history_is_the_persistent_one_or_a_tunnel(server, emr, archives, created):
    assert emr("history", created).out.startswith("https://")
    assert "no key of EC2" in emr("history", created, "--tunnel", code=2).err
    arguments = [EXAMPLES / "amx.yaml", "--archive", archives["x86_64"], "--json"]
    made = emr("create", *arguments).document["cluster_id"]
    document = emr("history", made, "--tunnel", "--key-file", "my key.pem", "--json").document
    master = emr("status", made, "--json").document["master"]
    assert document["command"] == (
        f"ssh -i 'my key.pem' -N -L 18080:{master}:18080 hadoop@{master}")  # fmt: skip
    emr("terminate", made, "--yes")
    assert "there is no master to reach" in emr("history", made, "--tunnel", code=2).err


def test_fleets_are_told_and_resized(server, emr, archives):
    arguments = [EXAMPLES / "spot-fleet.yaml", "--archive", archives["x86_64"], "--json"]
    made = emr("create", *arguments).document["cluster_id"]
    assert "has instance fleets" in emr("resize", made, "--count", "3", code=2).err
    emr("resize", made, "--role", "task", "--spot", "32", "--on-demand", "16")
    told = {part["role"]: part for part in emr("status", made, "--json").document["instances"]}
    assert told["task"]["requested"] == 48
    assert told["core"]["types"] == ["m5.xlarge", "m6i.xlarge"]


def test_the_text_of_status_and_ls(server, emr, created):
    text = emr("status", created).out
    assert f"{created} 'verger': WAITING" in text
    assert "core    2 of 2 m5.xlarge" in text and "USD for 3 instances" in text
    assert created in emr("ls").out
    assert json.loads(emr("ls", "--json").out)["region"] == "eu-west-1"
