# SPDX-License-Identifier: Apache-2.0
"""AWS on loopback, and verger-emr in this process. Needs .venv/emr, so all are heavy."""

import importlib.util
import io
import json
import tarfile
import urllib.request
from dataclasses import dataclass

import pytest
from conftest import ROOT

if importlib.util.find_spec("moto") is None:  # in another environment there is nothing to collect
    collect_ignore_glob = ["test_*.py"]

EXAMPLES = ROOT / "examples" / "emr"
CLUSTERS = sorted(path.name for path in EXAMPLES.glob("*.yaml") if path.stem != "serverless")
ARCHIVE = "verger-0.1.0-linux-{}.tar.gz"


@pytest.fixture(scope="session")
def calls():
    """The calls of AWS that the package made, as (service, operation), in any test so far."""
    from botocore.client import BaseClient  # noqa: PLC0415 - not in .venv/core

    made = set()
    genuine = BaseClient._make_api_call

    def recorded(self, operation, arguments):
        if self.meta.config.user_agent_extra == "verger-emr":
            made.add((self.meta.service_model.service_name, operation))
        return genuine(self, operation, arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", recorded)
        yield made


@pytest.fixture(autouse=True)
def no_call_without_a_permission(calls):
    """Fails a test in which a call was made that is not in the inventory of the policies."""
    yield
    from emr.inventory import operations_of_the_inventory  # noqa: PLC0415

    assert calls <= operations_of_the_inventory()


@pytest.fixture(scope="session")
def one_server():
    """The server of all tests."""
    from servers.emr import emr_server  # noqa: PLC0415

    with emr_server() as server:
        yield server


@pytest.fixture
def server(one_server, monkeypatch):
    """The same, emptied, with a bucket; its address and credentials in the environment."""
    import boto3  # noqa: PLC0415
    from servers.emr import Faults  # noqa: PLC0415

    urllib.request.urlopen(f"{one_server.endpoint}/moto-api/reset", data=b"").close()
    one_server.requests.clear()
    one_server.serverless.requests.clear()
    one_server.faults = Faults()
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name, value in one_server.environment().items():
        monkeypatch.setenv(name, value)
    place = {"LocationConstraint": one_server.environment()["AWS_REGION"]}
    boto3.client("s3").create_bucket(Bucket="p8-data", CreateBucketConfiguration=place)
    return one_server


def pack(path):
    """Write an archive in which nothing is but a name."""
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("verger-0.1.0/bin/verger"), io.BytesIO())


@pytest.fixture(scope="session")
def archives(tmp_path_factory):
    """Small archives in the form of make bundle, by machine."""
    folder = tmp_path_factory.mktemp("archives")
    for machine in ("x86_64", "aarch64"):
        pack(folder / ARCHIVE.format(machine))
    return {each: str(folder / ARCHIVE.format(each)) for each in ("x86_64", "aarch64")}


@dataclass
class Answer:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def document(self):
        """Its output as JSON."""
        return json.loads(self.out)


@pytest.fixture
def emr(monkeypatch, capsys):
    """A function that runs `verger-emr ARGS…` in this process, without the waiting."""
    from verger.emr import wait  # noqa: PLC0415
    from verger.emr.cli import main  # noqa: PLC0415

    monkeypatch.setattr(wait, "POLL_S", 0.01)
    monkeypatch.setenv("VERGER_PROGRAM", str(ROOT / "build" / "verger"))  # checks a job's options

    def run(*arguments, code=0):
        capsys.readouterr()
        returned = main([str(argument) for argument in arguments])
        answer = Answer(returned, *capsys.readouterr())
        assert returned == code, answer
        assert "not-to-be-seen" not in answer.out + answer.err
        return answer

    return run


@pytest.fixture
def created(server, emr, archives):
    """The id of a cluster of examples/emr/m5.yaml."""
    arguments = [EXAMPLES / "m5.yaml", "--archive", archives["x86_64"], "--json"]
    return emr("create", *arguments).document["cluster_id"]
