# SPDX-License-Identifier: Apache-2.0
"""The life of a cluster by the command line, against a server that stands in for AWS."""

import json
from pathlib import Path

import boto3
import pytest
import verger as package
from emr.conftest import CLUSTERS, EXAMPLES
from verger.emr import cluster, config, ours
from verger.spark._script import script

pytestmark = [pytest.mark.heavy, pytest.mark.emr]
IN, OUT = "s3://p8-data/Test", "s3://p8-data/Results"


def described(cluster_id):
    return boto3.client("emr").describe_cluster(ClusterId=cluster_id)["Cluster"]


def submitted(emr, cluster_id, *words):
    """Submit a job; the step as AWS has it."""
    added = emr("submit", cluster_id, IN, OUT, "--no-follow", "--json", *words).document
    described = boto3.client("emr").describe_step(ClusterId=cluster_id, StepId=added["step_id"])
    return described["Step"]


def test_the_whole_life(server, emr, archives, created):
    status = emr("status", created, "--json").document
    assert (status["state"], status["ours"]) == ("WAITING", True)
    assert {part["role"]: part["requested"] for part in status["instances"]} == {
        "master": 1, "core": 2}  # fmt: skip
    assert status["idle_timeout_s"] == 30 * 60

    step = submitted(emr, created, "--", "--parts", "48")
    assert step["Config"]["Jar"] == "command-runner.jar"
    assert step["Config"]["Args"][-5:] == ["run", IN, OUT, "--parts", "48"]
    assert step["ActionOnFailure"] == "CONTINUE"

    emr("resize", created, "--count", "5")
    assert [part["requested"] for part in emr("status", created, "--json").document["instances"]
            if part["role"] == "core"] == [5]  # fmt: skip

    clone = emr("clone", created, "--json").document
    assert clone["cluster_id"] not in (None, created)
    groups = clone["request"]["Instances"]["InstanceGroups"]
    assert [group["InstanceCount"] for group in groups] == [1, 5]

    listed = emr("ls", "--json").document["clusters"]
    assert {each["cluster_id"] for each in listed} == {created, clone["cluster_id"]}

    for each in (created, clone["cluster_id"]):
        ended = emr("terminate", each, "--yes", "--json").document
        assert ended["state"] == "TERMINATED"
        assert ended["cost"]["date"] and ended["cost"]["instances"] > 0
        assert described(each)["Status"]["State"] == "TERMINATED"
    assert emr("ls", "--json").document["clusters"] == []
    assert len(emr("ls", "--all", "--json").document["clusters"]) == 2


def test_what_is_created_ends_itself(server, created):
    asked = server.requests[created]
    assert asked["AutoTerminationPolicy"] == {"IdleTimeout": 1800}
    (bootstrap,) = asked["BootstrapActions"]
    arguments = bootstrap["ScriptBootstrapAction"]["Args"]
    assert arguments[arguments.index("--max-age-seconds") + 1] == str(6 * 3600)


def test_the_files_are_on_s3_before_the_cluster(server, created, archives):
    s3 = boto3.client("s3")
    keys = {each["Key"] for each in s3.list_objects_v2(Bucket="p8-data")["Contents"]}
    name = archives["x86_64"].rpartition("/")[2]
    assert keys == {"bootstrap-emr.sh", "jupyter-s3-conf.json", "verger/verger-spark.py",
                    f"verger/{name}"}  # fmt: skip

    def data(key):
        return s3.get_object(Bucket="p8-data", Key=key)["Body"].read()

    def text(key):
        return data(key).decode()

    folder = Path(package.__path__[0])
    assert data("verger/verger-spark.py") == script()
    assert text("bootstrap-emr.sh") == (folder / "emr/bootstrap-emr.sh").read_text()
    (jupyter,) = json.loads(text("jupyter-s3-conf.json"))
    assert jupyter["Properties"] == {"s3.persistence.enabled": "true",
                                     "s3.persistence.bucket": "p8-data"}  # fmt: skip
    assert jupyter in server.requests[created]["Configurations"]


def test_an_archive_that_is_there_is_not_sent_again(server, emr, archives, created):
    s3 = boto3.client("s3")
    name = f"verger/{archives['x86_64'].rpartition('/')[2]}"
    before = s3.head_object(Bucket="p8-data", Key=name)
    # By its digest it is the archive; what is in it tells whether it was written again.
    s3.put_object(Bucket="p8-data", Key=name, Body=b"as it was", Metadata=before["Metadata"])
    emr("create", EXAMPLES / "m5.yaml", "--archive", archives["x86_64"])
    assert s3.get_object(Bucket="p8-data", Key=name)["Body"].read() == b"as it was"
    s3.put_object(Bucket="p8-data", Key=name, Body=b"something else")
    emr("create", EXAMPLES / "m5.yaml", "--archive", archives["x86_64"])
    after = s3.head_object(Bucket="p8-data", Key=name)
    assert after["ContentLength"] == before["ContentLength"]


def test_an_archive_may_be_on_s3_already(server, emr, archives):
    place = f"s3://elsewhere/{archives['x86_64'].rpartition('/')[2]}"
    made = emr("create", EXAMPLES / "m5.yaml", "--archive", place, "--json").document
    step = submitted(emr, made["cluster_id"])
    assert f"{place}#verger" in step["Config"]["Args"]


def test_an_update_is_a_step_that_differs_by_its_command(server, emr, created):
    run = submitted(emr, created)
    update = submitted(emr, created, "--update", "--", "--refit", "always")
    assert run["Name"] == f"verger run {IN}"
    assert update["Name"] == f"verger update {IN}"
    *same, command, _, _ = run["Config"]["Args"]
    assert command == "run"
    assert update["Config"]["Args"] == [*same, "update", IN, OUT, "--refit", "always"]


def test_submit_follows_the_step_to_its_end(server, emr, created, monkeypatch):
    states = iter(["PENDING", "RUNNING", "RUNNING", "COMPLETED"])
    monkeypatch.setattr("time.sleep", lambda _: server.set_steps(created, next(states)))
    done = emr("submit", created, IN, OUT, "--json")
    assert done.document["state"] == "COMPLETED"
    assert next(states, None) is None


def test_a_step_that_failed_is_exit_code_1(server, emr, created, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: server.set_steps(created, "FAILED"))
    said = emr("submit", created, IN, OUT, code=1).err
    assert "has failed" in said
    assert f"verger-emr logs {created} s-" in said


def test_a_cluster_that_ends_under_a_step_is_exit_code_1(server, emr, created, monkeypatch):
    monkeypatch.setattr("time.sleep",
                        lambda _: server.set_state(created, "TERMINATED_WITH_ERRORS"))  # fmt: skip
    assert "ended before its step was done" in emr("submit", created, IN, OUT, code=1).err


def test_a_step_is_cancelled(server, emr, created):
    step = emr("submit", created, IN, OUT, "--no-follow", "--json").document["step_id"]
    emr("cancel", created, step)
    assert emr("status", created, "--json").document["steps"][0]["state"] == "CANCELLED"
    assert "could not be cancelled" in emr("cancel", created, step, code=3).err


def test_no_step_for_a_cluster_that_has_ended(server, emr, created):
    emr("terminate", created, "--yes")
    assert "has ended" in emr("submit", created, IN, OUT, code=2).err
    assert described(created)["Status"]["State"] == "TERMINATED"  # moto would revive it


def test_lists_are_followed_through_all_pages(server, emr, created):
    client = boto3.client("emr")
    for number in range(60):
        client.run_job_flow(Name=f"of others {number}", ReleaseLabel="emr-7.13.0",
                            Instances={"InstanceCount": 1,
                                       "KeepJobFlowAliveWhenNoSteps": True})  # fmt: skip
    for _ in range(55):
        emr("submit", created, IN, OUT, "--no-follow")
    assert len(client.list_clusters()["Clusters"]) < 61  # AWS tells 50 a page
    assert len(emr("ls", "--others", "--json").document["clusters"]) == 61
    assert len(emr("status", created, "--json").document["steps"]) == 55
    assert [each["cluster_id"] for each in emr("ls", "--json").document["clusters"]] == [created]


def test_a_cluster_that_is_not_ours_is_left_alone(server, emr):
    other = boto3.client("emr").run_job_flow(
        Name="precious", ReleaseLabel="emr-7.13.0",
        Instances={"InstanceCount": 1, "KeepJobFlowAliveWhenNoSteps": True},
        Tags=[{"Key": "verger:managed", "Value": "false"}],
    )["JobFlowId"]  # fmt: skip
    said = emr("terminate", other, "--yes", code=2).err
    assert "was not made by verger-emr" in said
    assert described(other)["Status"]["State"] == "WAITING"
    for words in (["submit", other, IN, OUT], ["cancel", other, "s-1"], ["history", other],
                  ["resize", other, "--count", "9"]):  # fmt: skip
        assert "was not made by verger-emr" in emr(*words, code=2).err
    emr("terminate", other, "--yes", "--force")
    assert described(other)["Status"]["State"] == "TERMINATED"


def test_protection_is_lifted_by_nothing_but_unprotect(server, emr, archives, tmp_path):
    text = (EXAMPLES / "m5.yaml").read_text() + "termination_protected: true\n"
    (tmp_path / "protected.yaml").write_text(text)
    arguments = [tmp_path / "protected.yaml", "--archive", archives["x86_64"], "--json"]
    made = emr("create", *arguments).document["cluster_id"]
    for options in (["--yes"], ["--yes", "--force"]):
        assert "is protected from termination" in emr("terminate", made, *options, code=2).err
    assert described(made)["Status"]["State"] == "WAITING"
    bootstrap = server.requests[made]["BootstrapActions"][0]["ScriptBootstrapAction"]
    assert "--protected" in bootstrap["Args"]
    emr("terminate", made, "--yes", "--unprotect")
    assert described(made)["Status"]["State"] == "TERMINATED"


def test_terminate_asks_and_does_nothing_without_an_answer(server, emr, created):
    assert "give --yes" in emr("terminate", created, code=2).err
    assert described(created)["Status"]["State"] == "WAITING"


def test_create_waits_until_the_cluster_is_ready(server, created, monkeypatch):
    from verger.emr.aws import Aws  # noqa: PLC0415

    states = iter(["BOOTSTRAPPING", "WAITING"])
    server.set_state(created, "STARTING")
    told = []
    monkeypatch.setattr("time.sleep", lambda _: server.set_state(created, next(states)))
    ready = cluster.wait_until_ready(Aws(), created, told.append)
    assert cluster.state_of(ready) == "WAITING"
    assert [line.split()[2] for line in told] == ["STARTING,", "BOOTSTRAPPING,"]


def test_names_and_tags_are_data(server, emr, archives, tmp_path):
    odd = "été \"x\" $(touch /tmp/pwned) 'y' ; a=b, c \\ &"
    text = (EXAMPLES / "m5.yaml").read_text().replace("name: verger", f"name: {json.dumps(odd)}")
    (tmp_path / "odd.yaml").write_text(text + f"tags: {{{json.dumps(odd)}: {json.dumps(odd)}}}\n")
    arguments = [tmp_path / "odd.yaml", "--archive", archives["x86_64"], "--json"]
    made = described(emr("create", *arguments).document["cluster_id"])
    assert made["Name"] == odd
    assert {tag["Key"]: tag["Value"] for tag in made["Tags"]}[odd] == odd


@pytest.mark.parametrize("name", CLUSTERS)
def test_every_example_is_created(server, emr, archives, name):
    wanted = config.load(EXAMPLES / name)
    arguments = [EXAMPLES / name, "--archive", archives[wanted.machine], "--json"]
    made = emr("create", *arguments).document["cluster_id"]
    described_tags = cluster.tags_of(described(made))
    assert described_tags[ours.MANAGED] == "true"
    assert described_tags.items() >= wanted.tags.items()
