# SPDX-License-Identifier: Apache-2.0
"""AWS on loopback: moto's server for EMR, EMR Serverless and S3, with the calls that moto lacks.

What is added keeps what RunJobFlow was given and answers as AWS documents it; moto writes the
answers by botocore's own models, and botocore reads them.
"""

import contextlib
import json
import logging
from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult, BaseResponse, EmptyResult, PaginatedResult
from moto.emr.models import Ec2InstanceAttributes, emr_backends
from moto.emr.responses import ElasticMapReduceResponse
from moto.moto_api._internal import mock_random
from moto.server import ThreadedMotoServer
from servers.emr_serverless import Serverless, serverless
from servers.replaced import replaced
from servers.s3proxy import free_port

REGION = "eu-west-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIDVERGERTEST", "AWS_SECRET_ACCESS_KEY": "not-to-be-seen"}


@dataclass
class Faults:
    """What goes wrong next: the answers to so many calls of an operation."""

    left: Counter = field(default_factory=Counter)  # counts down by operation, as AWS names it
    code: str = "ThrottlingException"
    message: str = "Rate exceeded"
    seen: Counter = field(default_factory=Counter)  # how often each operation was called


@dataclass
class Emr:
    """The running server."""

    endpoint: str
    faults: Faults
    requests: dict  # cluster id -> RunJobFlow's request
    serverless: Serverless | None = None

    def environment(self):
        """What a client needs in its environment."""
        return {**CREDENTIALS, "AWS_ENDPOINT_URL": self.endpoint, "AWS_REGION": REGION,
                "AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true"}  # fmt: skip

    @property
    def backend(self):
        """Moto's model of EMR in the region, in which states can be set."""
        return emr_backends[DEFAULT_ACCOUNT_ID][REGION]

    def set_steps(self, cluster_id, state):
        """Give all steps of a cluster a state: moto runs nothing."""
        for step in self.backend.clusters[cluster_id].steps:
            step.state = state

    def set_state(self, cluster_id, state):
        """Give a cluster a state."""
        self.backend.clusters[cluster_id].state = state


def asked_of(response):
    """The request that a response is for."""
    return json.loads(response.body)


def policy_calls(told):
    """What tells the policies that RunJobFlow was given; moto keeps none."""

    def answer(name):
        return lambda self: ActionResult({name: told(self)[name]} if name in told(self) else {})

    return {
        "get_managed_scaling_policy": answer("ManagedScalingPolicy"),
        "get_auto_termination_policy": answer("AutoTerminationPolicy"),
    }


def fleet_calls(told):
    """What tells and changes fleets; moto has none."""

    def modify_instance_fleet(self):
        asked = asked_of(self)["InstanceFleet"]
        for fleet in told(self)["Fleets"]:
            if fleet["Id"] == asked["InstanceFleetId"]:
                fleet |= {k: v for k, v in asked.items() if k.startswith("Target")}
        return EmptyResult()

    def list_instance_fleets(self):
        return PaginatedResult({"InstanceFleets": told(self)["Fleets"]})

    return {
        "list_instance_fleets": list_instance_fleets,
        "modify_instance_fleet": modify_instance_fleet,
    }


def cancel_steps(self):
    """Cancel what is not over."""
    answers = []
    for step in self.backend.clusters[asked_of(self)["ClusterId"]].steps:
        if step.id in asked_of(self)["StepIds"]:
            over = step.state in ("COMPLETED", "FAILED", "CANCELLED")
            step.state = step.state if over else "CANCELLED"
            status = {"Status": "FAILED", "Reason": "is over"} if over else {"Status": "SUBMITTED"}
            answers.append({"StepId": step.id, **status})
    return ActionResult({"CancelStepsInfoList": answers})


def create_persistent_app_ui(self):
    """Make a History Server that outlives its cluster."""
    assert ":cluster/j-" in asked_of(self)["TargetResourceArn"]
    return ActionResult({"PersistentAppUIId": "p-1"})


def get_persistent_app_ui_presigned_url(self):
    """Tell its address."""
    assert asked_of(self)["PersistentAppUIType"] == "SHS"
    address = f"https://{asked_of(self)['PersistentAppUIId']}.emrappui-prod.example/shs"
    return ActionResult({"PresignedURLReady": True, "PresignedURL": address})


def added_calls(server):
    """The methods that moto's EMR lacks, by name."""

    def told(response):
        return server.requests[asked_of(response)["ClusterId"]]

    each = (cancel_steps, create_persistent_app_ui, get_persistent_app_ui_presigned_url)
    by_name = {call.__name__: call for call in each}
    return {**policy_calls(told), **fleet_calls(told), **by_name}


def described_fleet(asked):
    """A fleet as ListInstanceFleets tells it, of one as RunJobFlow was asked for it."""
    fleet = {k: v for k, v in asked.items() if k != "InstanceTypeConfigs"}
    fleet["Id"] = f"if-{mock_random.get_random_hex(13).upper()}"
    fleet["Status"] = {"State": "RUNNING"}
    fleet["ProvisionedOnDemandCapacity"] = asked["TargetOnDemandCapacity"]
    fleet["ProvisionedSpotCapacity"] = asked["TargetSpotCapacity"]
    fleet["InstanceTypeSpecifications"] = []
    for kind in asked["InstanceTypeConfigs"]:
        told = {k: v for k, v in kind.items() if k != "EbsConfiguration"}
        told["EbsBlockDevices"] = [
            {"VolumeSpecification": each["VolumeSpecification"], "Device": f"/dev/sd{number}"}
            for each in kind.get("EbsConfiguration", {}).get("EbsBlockDeviceConfigs", [])
            for number in range(each["VolumesPerInstance"])
        ]
        fleet["InstanceTypeSpecifications"].append(told)
    return fleet


def keep_requests(server, genuine):
    """RunJobFlow that also keeps what moto drops."""

    def run_job_flow(self):
        result = genuine(self)
        request = json.loads(self.body)
        cluster_id = result.result["JobFlowId"]
        server.requests[cluster_id] = request
        cluster = self.backend.clusters[cluster_id]
        fleets = request["Instances"].get("InstanceFleets")
        request["Fleets"] = [described_fleet(fleet) for fleet in fleets or []]
        cluster.instance_collection_type = "INSTANCE_FLEET" if fleets else "INSTANCE_GROUP"
        return result

    return run_job_flow


def with_faults(server, genuine):
    """The dispatch of requests, some of them answered by an error."""

    def call_action(self):
        operation = self._get_action()
        server.faults.seen[operation] += 1
        if server.faults.left[operation] > 0:
            server.faults.left[operation] -= 1
            body = f'{{"__type": "{server.faults.code}", "message": "{server.faults.message}"}}'
            return 400, {"Content-Type": "application/x-amz-json-1.1"}, body
        return genuine(self)

    return call_action


@contextlib.contextmanager
def emr_server():
    """Run the server in this process; yields it."""
    server = Emr(f"http://127.0.0.1:{free_port()}", Faults(), {})
    calls = added_calls(server)
    calls["run_job_flow"] = keep_requests(server, ElasticMapReduceResponse.run_job_flow)
    calls["call_action"] = with_faults(server, ElasticMapReduceResponse.call_action)
    # By the signature, and not by the name of AWS' host.
    calls["get_region_from_url"] = BaseResponse.get_region_from_url

    def subnets(attributes):
        instances = server.requests.get(attributes.cluster.id, {}).get("Instances", {})
        return instances.get("Ec2SubnetIds", [])

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    port = int(server.endpoint.rpartition(":")[2])
    with contextlib.ExitStack() as stack:
        stack.enter_context(replaced(ElasticMapReduceResponse, calls))
        added = {"requested_ec2_subnet_ids": property(subnets)}
        stack.enter_context(replaced(Ec2InstanceAttributes, added))
        faulty = partial(with_faults, server)
        server.serverless = stack.enter_context(serverless(REGION, faulty))
        running = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
        running.start()
        stack.callback(running.stop)
        yield server
