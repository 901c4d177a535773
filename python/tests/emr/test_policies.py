"""The policies allow what the code calls, and nothing else."""

import json

import pytest
from emr.conftest import EXAMPLES
from emr.inventory import calls_of_the_code
from verger.emr import iam
from verger.emr.places import Folder

pytestmark = [pytest.mark.heavy, pytest.mark.emr]
FOLDER = Folder("s3://p8-data/fruits")


def test_every_call_of_the_code_is_in_the_inventory_and_nothing_else():
    found, hidden = calls_of_the_code()
    assert found == set(iam.CALLS)
    assert hidden == 0, "a client of AWS is used in a way that this test does not see"


def actions_of(document):
    return {action for statement in document["Statement"] for action in statement["Action"]}


def test_the_operators_policy_is_the_inventory():
    document = iam.operator(FOLDER, "S", "I")
    assert actions_of(document) == {action for actions in iam.CALLS.values() for action in actions}
    assert not any("*" in action for action in actions_of(document))


def test_what_changes_a_cluster_is_allowed_on_ours_alone():
    for statement in iam.operator(FOLDER, "S", "I")["Statement"]:
        for action in statement["Action"]:
            name = action.split(":")[1]
            looks = name.startswith(("Describe", "Get", "List")) and "Persistent" not in name
            if action.startswith("elasticmapreduce:") and not looks:
                tag = "RequestTag" if name == "RunJobFlow" else "ResourceTag"
                condition = {f"elasticmapreduce:{tag}/verger:managed": "true"}
                assert statement["Condition"] == {"StringEquals": condition}, action


def test_files_are_those_of_the_folder():
    for document in (iam.operator(FOLDER, "S", "I"), iam.of_instances(FOLDER)):
        for statement in document["Statement"]:
            on_objects = [a for a in statement["Action"] if a.startswith("s3:") and "List" not in a]
            places = statement["Resource"]
            if on_objects:
                allowed = {"arn:aws:s3:::p8-data/fruits/*", "arn:aws:s3:::p8-data/jupyter/*"}
                assert set([places] if isinstance(places, str) else places) <= allowed
    roles = next(s for s in iam.operator(FOLDER, "S", "I")["Statement"]
                 if s["Action"] == ["iam:PassRole"])  # fmt: skip
    assert roles["Resource"] == ["arn:aws:iam::*:role/S", "arn:aws:iam::*:role/I"]
    assert roles["Condition"]["StringEquals"]["iam:PassedToService"]


def test_the_instances_may_do_what_the_bootstrap_script_does():
    script = (EXAMPLES.parents[1] / "python/verger/emr/bootstrap-emr.sh").read_text()
    called = {line.split("aws emr ")[1].split()[0] for line in script.splitlines()
              if "aws emr " in line}  # fmt: skip
    assert called == {"terminate-clusters"}
    emr = {a for a in actions_of(iam.of_instances(FOLDER)) if a.startswith("elasticmapreduce:")}
    assert emr == set(iam.INSTANCE_ACTIONS) == {"elasticmapreduce:TerminateJobFlows"}


@pytest.mark.parametrize("whose", ["operator", "instances"])
def test_a_policy_is_printed_as_iam_takes_it(emr, whose):
    document = json.loads(emr("policy", whose, EXAMPLES / "m5.yaml").out)
    assert document["Version"] == "2012-10-17"
    assert {s["Effect"] for s in document["Statement"]} == {"Allow"}
    assert all(s["Sid"].isalnum() for s in document["Statement"])
    assert "p8-data" in json.dumps(document)
