# SPDX-License-Identifier: Apache-2.0
"""A clone is the same cluster, made by us or by the real `aws` program."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber
from emr.conftest import CLUSTERS, EXAMPLES
from verger.emr import awscli, clone, config, places
from verger.emr.archive import inspect
from verger.emr.aws import Aws
from verger.emr.errors import UsageError
from verger.emr.request import run_job_flow

pytestmark = [pytest.mark.heavy, pytest.mark.emr]
INSTANCES = {"TerminationProtected": False, "KeepJobFlowAliveWhenNoSteps": True,
             "InstanceGroups": []}  # fmt: skip
# All that a description can have beside the examples.
RICH = """
name: "l'été: 100 % \\"rich\\" $HOME"
region: eu-west-1
bucket: s3://p8-data/some folder
applications: [Hadoop, Spark, JupyterHub, Livy]
instances:
  master: {type: m5.xlarge, ebs: {size_gb: 40, type: gp2}}
  core: {type: m5.2xlarge, count: 3, ebs: {size_gb: 100, type: io1, iops: 1000, volumes: 3}}
  task: {type: m5.4xlarge, count: 2, market: spot, bid_price: "0.35"}
subnet: subnet-0123456789abcdef0
key: a key
logs: s3://other-logs/here/
tags: {"a b": "c=d, e", "été": "it's"}
spark: {spark.task.maxFailures: "8", spark.driver.extraJavaOptions: "-Da='b c' -Xss4m"}
scaling: {minimum: 2, maximum: 9, maximum_on_demand: 4, maximum_core: 5}
bootstrap: [{name: "my own", script: "s3://p8-data/own.sh", arguments: ["--a b", "c'd"]}]
root_volume_gb: 30
step_concurrency: 4
idle_timeout_minutes: 45
max_age_hours: 3.5
termination_protected: true
"""
FLEET_VOLUMES = """
name: volumes
region: eu-west-1
bucket: s3://p8-data
fleets:
  master: {on_demand: 1, types: [{type: m5.xlarge}]}
  core:
    on_demand: 2
    spot: 4
    types:
      - {type: m5.xlarge, ebs: {size_gb: 64, throughput: 250, iops: 4000, volumes: 2}}
      - {type: m6i.xlarge, bid_percent: 55.5}
"""


def descriptions(archives):
    """Every example and what goes beyond, as requests by name."""
    texts = {name: (EXAMPLES / name).read_text() for name in CLUSTERS}
    texts |= {"rich": RICH, "fleet volumes": FLEET_VOLUMES}
    for name, text in texts.items():
        wanted = config.parse(text, name)
        yield name, run_job_flow(wanted, inspect(archives[wanted.machine]))


def told(cluster_id):
    """All that AWS tells of a cluster, without what no two clusters share."""
    description = clone.describe_all(Aws(), cluster_id)
    text = json.dumps([description.cluster, description.parts, description.bootstrap,
                       description.scaling, description.auto_termination], default=str,
                      sort_keys=True)  # fmt: skip
    document = json.loads(text)
    for part in (document[0], *document[1]):
        for name in ("Id", "ClusterArn", "Status", "MasterPublicDnsName"):
            part.pop(name, None)
    document[1].sort(key=lambda part: part["Name"])
    document[0]["Tags"].sort(key=lambda tag: tag["Key"])
    return json.dumps(document, indent=1, sort_keys=True).splitlines()


def without_place(request):
    """A request without the zone, which AWS chooses when nothing is said of it."""
    instances = {k: v for k, v in request["Instances"].items() if k != "Placement"}
    return {**request, "Instances": instances}


def test_a_round_trip_gives_the_request_again(server, archives):
    for name, request in descriptions(archives):
        made = boto3.client("emr").run_job_flow(**request)["JobFlowId"]
        again = clone.request_of(clone.describe_all(Aws(), made))
        assert without_place(again) == without_place(request), name
        second = boto3.client("emr").run_job_flow(**again)["JobFlowId"]
        assert told(second) == told(made), name
        assert clone.request_of(clone.describe_all(Aws(), second)) == again


def test_steps_are_not_cloned(server, emr, created):
    emr("submit", created, "s3://p8-data/Test", "s3://p8-data/Results", "--no-follow")
    made = emr("clone", created, "--json").document
    assert "Steps" not in made["request"]
    client = boto3.client("emr")
    assert client.list_steps(ClusterId=created)["Steps"]
    assert client.list_steps(ClusterId=made["cluster_id"])["Steps"] == []


def test_a_cluster_without_a_limit_is_cloned_with_a_word_of_it(server, emr, created):
    assert "no idle limit" not in emr("clone", created, "--dry-run").err
    other = boto3.client("emr").run_job_flow(
        Name="endless", ReleaseLabel="emr-7.13.0",
        Instances={"InstanceCount": 1, "KeepJobFlowAliveWhenNoSteps": True},
    )["JobFlowId"]  # fmt: skip
    assert "has no idle limit" in emr("clone", other, "--dry-run").err


def test_a_dry_run_makes_nothing(server, emr, created):
    made = emr("clone", created, "--dry-run", "--json").document
    assert made["cluster_id"] is None
    assert made["aws_cli"].startswith("aws emr create-cluster ")
    assert len(emr("ls", "--json").document["clusters"]) == 1


def test_the_real_aws_program_makes_an_equal_cluster(server, archives):
    """The printed line is given to a shell as it is, but for the server's address."""
    folder = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    for name, request in descriptions(archives):
        made = boto3.client("emr").run_job_flow(**request)["JobFlowId"]
        again = clone.request_of(clone.describe_all(Aws(), made))
        # The program's own commands of EMR take no notice of the environment's endpoints.
        command = awscli.command(again, "eu-west-1").replace(
            "aws emr", f"aws --endpoint-url {server.endpoint} emr", 1)  # fmt: skip
        done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True,
                              text=True, check=False)  # fmt: skip
        assert done.returncode == 0, f"{name}: {done.stderr}"
        second = json.loads(done.stdout)["ClusterId"]
        assert told(second) == told(made), name


def test_the_program_has_no_shorter_way():
    """Why the command is printed with options: aws takes no request as JSON for a cluster."""
    program = Path(sys.executable).with_name("aws")
    for words in (["create-cluster", "--cli-input-json", "{}"], ["run-job-flow"]):
        done = subprocess.run([program, "emr", *words, "--region", "eu-west-1"],
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode != 0
        assert "Unknown options" in done.stderr or "nvalid choice" in done.stderr


def test_every_word_is_quoted():
    archive = inspect("s3://x/verger-0.1.0-linux-x86_64.tar.gz")
    request = run_job_flow(config.parse(RICH, "rich"), archive)
    words = awscli.words(request, "eu-west-1")
    assert shlex.split(awscli.command(request, "eu-west-1")) == words
    assert words[words.index("--name") + 1] == request["Name"]


def test_what_the_program_has_no_option_for_is_said():
    with pytest.raises(UsageError, match="no option for Novelty"):
        awscli.words({"Novelty": 1, "Instances": {}}, "eu-west-1")


@pytest.mark.parametrize("text", ["file:///etc/passwd", "fileb://x", "http://x", "--profile"])
def test_what_the_program_would_read_or_obey_is_not_printed(text):
    for request in ({"Name": text}, {"Name": "x", "Tags": [{"Key": text, "Value": ""}]}):
        with pytest.raises(UsageError, match="would not take"):
            awscli.words(request | {"Instances": INSTANCES}, "eu-west-1")


def test_a_clone_of_somebody_elses_cluster_is_ours():
    described = {"Tags": [{"Key": "aws:x", "Value": "1"}, {"Key": "team", "Value": "pears"}]}
    description = clone.Description(described, [], [], None, None)
    tags = {tag["Key"]: tag["Value"] for tag in clone.request_of(description)["Tags"]}
    assert tags == {"team": "pears", "verger:managed": "true"}


def test_a_tag_that_the_program_cannot_write_is_said(server, emr, archives, tmp_path):
    text = (EXAMPLES / "m5.yaml").read_text() + "tags: {a=b: c}\n"
    (tmp_path / "c.yaml").write_text(text)
    arguments = [tmp_path / "c.yaml", "--archive", archives["x86_64"], "--json"]
    made = emr("create", *arguments).document["cluster_id"]
    document = emr("clone", made, "--json").document
    assert document["aws_cli"] is None
    assert {"Key": "a=b", "Value": "c"} in document["request"]["Tags"]
    assert "cannot write the tag 'a=b'" in emr("clone", made, "--dry-run").out


def full_description():
    """A cluster with all that EMR can tell and moto cannot."""
    cluster = {
        "Id": "j-1", "Name": "full", "ReleaseLabel": "emr-7.13.0", "LogUri": "s3n://logs/a/",
        "Status": {"State": "WAITING"}, "AutoTerminate": False, "TerminationProtected": True,
        "UnhealthyNodeReplacement": True, "VisibleToAllUsers": True,
        "InstanceCollectionType": "INSTANCE_GROUP", "ServiceRole": "S", "AutoScalingRole": "A",
        "ScaleDownBehavior": "TERMINATE_AT_TASK_COMPLETION", "CustomAmiId": "ami-1",
        "EbsRootVolumeSize": 20, "EbsRootVolumeIops": 3000, "EbsRootVolumeThroughput": 125,
        "StepConcurrencyLevel": 3, "OSReleaseLabel": "2023.1", "RepoUpgradeOnBoot": "NONE",
        "SecurityConfiguration": "kms", "NormalizedInstanceHours": 7,
        "Applications": [{"Name": "Spark", "Version": "3.5.6"}],
        "Tags": [{"Key": "verger:managed", "Value": "true"}, {"Key": "aws:x", "Value": "y"}],
        "Configurations": [{"Classification": "spark", "Properties": {"a": "b"},
                            "Configurations": [{"Classification": "c", "Properties": {}}]}],
        "PlacementGroups": [{"InstanceRole": "MASTER", "PlacementStrategy": "SPREAD"}],
        "Ec2InstanceAttributes": {
            "Ec2KeyName": "k", "Ec2SubnetId": "subnet-1", "Ec2AvailabilityZone": "eu-west-1b",
            "IamInstanceProfile": "I", "EmrManagedMasterSecurityGroup": "sg-1",
            "AdditionalMasterSecurityGroups": ["sg-9"]},
    }  # fmt: skip
    policy = {"Status": {"State": "ATTACHED"}, "Constraints": {"MinCapacity": 1, "MaxCapacity": 4},
              "Rules": [{"Name": "r", "Action": {"SimpleScalingPolicyConfiguration": {
                  "ScalingAdjustment": 1}}, "Trigger": {"CloudWatchAlarmDefinition": {
                      "ComparisonOperator": "LESS_THAN", "MetricName": "m", "Period": 300,
                      "Threshold": 15.0}}}]}  # fmt: skip
    volume = {"VolumeType": "gp3", "SizeInGB": 64, "Iops": 3000, "Throughput": 125}
    groups = [
        {"Id": "ig-2", "Name": "core", "InstanceGroupType": "CORE", "InstanceType": "m5.xlarge",
         "RequestedInstanceCount": 3, "RunningInstanceCount": 1, "Market": "ON_DEMAND",
         "AutoScalingPolicy": policy, "EbsOptimized": True,
         "EbsBlockDevices": [{"VolumeSpecification": volume, "Device": "/dev/sdb"},
                             {"VolumeSpecification": volume, "Device": "/dev/sdc"},
                             {"VolumeSpecification": {**volume, "SizeInGB": 8},
                              "Device": "/dev/sdd"}]},
        {"Id": "ig-1", "Name": "master", "InstanceGroupType": "MASTER",
         "InstanceType": "m5.xlarge", "RequestedInstanceCount": 1, "Market": "ON_DEMAND"},
    ]  # fmt: skip
    return cluster, groups, policy, volume


def test_what_moto_cannot_tell_is_cloned_too():
    cluster, groups, policy, volume = full_description()
    aws = Aws("eu-west-1")
    limits = {"ComputeLimits": {"UnitType": "Instances", "MinimumCapacityUnits": 1,
                                "MaximumCapacityUnits": 2}}  # fmt: skip
    answers = (
        ("describe_cluster", {"Cluster": cluster}),
        ("list_instance_groups", {"InstanceGroups": groups[:1], "Marker": "m"}),
        ("list_instance_groups", {"InstanceGroups": groups[1:]}),
        ("list_bootstrap_actions",
         {"BootstrapActions": [{"Name": "b", "ScriptPath": "s3://b", "Args": ["x"]}]}),
        ("get_managed_scaling_policy", {"ManagedScalingPolicy": limits}),
        ("get_auto_termination_policy", {"AutoTerminationPolicy": {"IdleTimeout": 60}}),
    )  # fmt: skip
    with Stubber(aws.emr) as stubber:
        for operation, answer in answers:
            stubber.add_response(operation, answer)
        request = clone.request_of(clone.describe_all(aws, "j-1"))
        stubber.assert_no_pending_responses()
        stubber.add_response("run_job_flow", {"JobFlowId": "j-2"}, request)
        assert aws.emr.run_job_flow(**request)["JobFlowId"] == "j-2"  # botocore takes it
    same = ("Name", "ReleaseLabel", "ServiceRole", "AutoScalingRole", "ScaleDownBehavior",
            "CustomAmiId", "EbsRootVolumeSize", "EbsRootVolumeIops", "EbsRootVolumeThroughput",
            "StepConcurrencyLevel", "OSReleaseLabel", "RepoUpgradeOnBoot", "SecurityConfiguration",
            "Configurations")  # fmt: skip
    assert {name: request[name] for name in same} == {name: cluster[name] for name in same}
    assert request["LogUri"] == "s3://logs/a/"
    assert request["Tags"] == [{"Key": "verger:managed", "Value": "true"}]
    assert request["PlacementGroupConfigs"] == cluster["PlacementGroups"]
    assert request["ManagedScalingPolicy"] == limits
    assert request["AutoTerminationPolicy"] == {"IdleTimeout": 60}
    instances = request["Instances"]
    assert instances["UnhealthyNodeReplacement"] and instances["TerminationProtected"]
    assert "Placement" not in instances  # the subnet says it
    master, core = instances["InstanceGroups"]
    assert (master["InstanceRole"], core["InstanceCount"]) == ("MASTER", 3)
    assert core["AutoScalingPolicy"] == {k: v for k, v in policy.items() if k != "Status"}
    assert core["EbsConfiguration"] == {"EbsOptimized": True, "EbsBlockDeviceConfigs": [
        {"VolumeSpecification": volume, "VolumesPerInstance": 2},
        {"VolumeSpecification": {**volume, "SizeInGB": 8}, "VolumesPerInstance": 1}]}  # fmt: skip


def test_kerberos_is_refused():
    cluster, groups, _, _ = full_description()
    cluster["KerberosAttributes"] = {"Realm": "EC2.INTERNAL", "KdcAdminPassword": "x"}
    with pytest.raises(UsageError, match="uses Kerberos"):
        clone.request_of(clone.Description(cluster, groups, [], None, None))


def test_places_are_split():
    assert places.split("s3://b/a/c") == ("b", "a/c")
    with pytest.raises(UsageError, match="not a place on S3"):
        places.split("/tmp/x")
