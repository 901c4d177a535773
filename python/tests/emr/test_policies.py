# SPDX-License-Identifier: Apache-2.0
"""The policies allow what the code calls, and nothing else."""

import json

import pytest
from emr.conftest import EXAMPLES
from emr.inventory import calls_of_the_code
from verger.emr import iam
from verger.emr.places import Folder

pytestmark = [pytest.mark.heavy, pytest.mark.emr]
FOLDER = Folder("s3://p8-data/fruits")
ROLE = "arn:aws:iam::123456789012:role/verger-jobs"
LISTED = ("emr.list_clusters", "emr.describe_cluster", "serverless.list_applications",
          "serverless.get_application")  # fmt: skip
OPERATORS = [  # and which calls of the inventory each is for
    (iam.operator(FOLDER, "S", "I"), ("emr.", *LISTED)),
    (iam.operator_of_serverless(FOLDER, ROLE), ("serverless.", *LISTED)),
]


def test_every_call_of_the_code_is_in_the_inventory_and_nothing_else():
    calls, hidden = calls_of_the_code()
    assert calls == set(iam.CALLS)
    assert hidden == 0, "a client of AWS is used in a way that this test does not see"


def actions_of(document):
    return {action for statement in document["Statement"] for action in statement["Action"]}


def actions_for(*calls):
    """What the calls need whose names begin so."""
    return {a for call, needed in iam.CALLS.items() if call.startswith(calls) for a in needed}


@pytest.mark.parametrize(("document", "needed"), OPERATORS, ids=("clusters", "applications"))
def test_the_operators_policy_is_the_inventory_of_the_target(document, needed):
    assert actions_of(document) == actions_for("s3.", *needed)
    assert not any("*" in action for action in actions_of(document))


def test_what_changes_an_application_is_allowed_on_ours_alone():
    """To tag is an action of its own there, which AWS asks for at creation as well."""
    for statement in OPERATORS[1][0]["Statement"]:
        for action in statement["Action"]:
            service, name = action.split(":")
            looks = name.startswith(("Get", "List")) and "Dashboard" not in name
            if service == "emr-serverless" and not looks:
                tag = "Request" if name in ("CreateApplication", "TagResource") else "Resource"
                condition = {f"aws:{tag}Tag/verger:managed": "true"}
                assert statement["Condition"] == {"StringEquals": condition}, action


def test_the_role_of_jobs_is_handed_to_emr_serverless_and_taken_by_it_alone():
    handed = next(s for s in OPERATORS[1][0]["Statement"] if s["Action"] == ["iam:PassRole"])
    assert handed["Resource"] == [ROLE]
    services = {"iam:PassedToService": ["emr-serverless.amazonaws.com"]}
    assert handed["Condition"] == {"StringEquals": services}
    (trust,) = iam.trust_of_jobs(ROLE, "eu-west-1")["Statement"]
    assert trust["Principal"] == {"Service": "emr-serverless.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}
    jobs = iam.of_jobs(FOLDER)
    assert actions_of(jobs) == {*iam.JOB_ACTIONS, "s3:ListBucket"}


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
    documents = [document for document, _ in OPERATORS]
    for document in (*documents, iam.of_instances(FOLDER), iam.of_jobs(FOLDER)):
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


@pytest.mark.parametrize(
    ("whose", "name"),
    [("operator", "m5"), ("instances", "m5"), ("operator", "serverless"), ("jobs", "serverless")],
)
def test_a_policy_is_printed_as_iam_takes_it(emr, whose, name):
    document = json.loads(emr("policy", whose, EXAMPLES / f"{name}.yaml").out)
    assert document["Version"] == "2012-10-17"
    assert {s["Effect"] for s in document["Statement"]} == {"Allow"}
    assert all(s["Sid"].isalnum() for s in document["Statement"])
    assert "p8-data" in json.dumps(document)


def test_a_policy_of_the_other_target_is_refused(emr):
    for whose, name in (("instances", "serverless"), ("jobs", "m5"), ("trust", "m5")):
        said = emr("policy", whose, EXAMPLES / f"{name}.yaml", code=2).err
        assert f"The policy '{whose}' has no meaning for verger, but operator, " in said
    assert json.loads(emr("policy", "trust", EXAMPLES / "serverless.yaml").out)["Statement"]
