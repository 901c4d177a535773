# SPDX-License-Identifier: Apache-2.0
"""Networks that fail, busy servers, outputs that go away: nothing is lost or altered."""

import json
import shutil
import subprocess
import time

import pytest
from conftest import UNTRAINED
from servers.fault_proxy import Faults, fault_proxy
from servers.s3proxy import s3proxy
from storage.results import content, leftovers

pytestmark = pytest.mark.heavy
PARTS = ["--weights", UNTRAINED, "--parts", "6"]


@pytest.fixture(scope="module")
def server(orchard, tmp_path_factory):
    """A server of this module's own, with the orchard in it."""
    with s3proxy(tmp_path_factory.mktemp("s3proxy")) as running:
        shutil.copytree(orchard, running.bucket("p8-data") / "Test")
        yield running


@pytest.fixture(scope="module")
def undisturbed(verger, orchard, tmp_path_factory):
    """What every run of this module must come to."""
    output = tmp_path_factory.mktemp("undisturbed") / "out"
    verger("run", orchard, output, *PARTS)
    return content(output)


@pytest.fixture
def run(s3_verger, server):
    """Run from the server, through a proxy, to a folder of it."""

    def through(proxy, output, *arguments, **keywords):
        environment = server.environment(endpoint=proxy.endpoint)
        places = ["s3://p8-data/Test", f"s3://p8-data/{output}"]
        return s3_verger("run", *places, *PARTS, *arguments, environment=environment, **keywords)

    return through


@pytest.mark.parametrize(
    "rates",
    [
        {"500": 0.01},
        {"500": 0.2},
        {"503": 0.2},
        {"reset": 0.1},
        {"truncate": 0.1},
        {"short": 0.1},
        {"drip": 0.05},
        {"500": 0.04, "503": 0.04, "reset": 0.04, "truncate": 0.04, "drip": 0.02},
    ],
    ids=lambda rates: "+".join(f"{kind}:{rate}" for kind, rate in rates.items()),
)
def test_faults_that_pass_lose_and_alter_nothing(run, server, undisturbed, rates):
    output = f"Faults-{len(list((server.data / 'p8-data').iterdir()))}"
    faults = Faults(rates=rates, latency=0.01)
    with fault_proxy(server.endpoint, faults) as proxy:
        run(proxy, output, timeout=240)
    assert sum(faults.done.values()) > 0
    assert content(server.data / "p8-data" / output) == undisturbed
    assert not leftovers(server.data / "p8-data" / output)


def test_what_never_comes_is_rejected_and_nothing_else(run, server, orchard):
    lost = sorted(path.relative_to(orchard) for path in orchard.rglob("*.jpg"))[::20]
    names = {path.name for path in lost}
    ends = tuple("/" + name for name in names)
    faults = Faults(refuse=lambda method, target: method == "GET" and target.endswith(ends))
    with fault_proxy(server.endpoint, faults) as proxy:
        run(proxy, "Lost", "--retries", "2")
    record = json.loads((server.data / "p8-data/Lost/_verger/run.json").read_text())
    refused = sum(path.name in names for path in orchard.rglob("*.jpg"))
    assert record["counts"]["rejected_by_reason"] == {"unreadable": refused}
    assert record["counts"]["features"] == record["counts"]["listed"] - refused


def test_an_output_that_fails_for_good_is_resumed_when_it_is_back(run, server, undisturbed):
    folder = server.data / "p8-data" / "Outage"

    def outage(method, target):
        return method == "PUT" and len(list(folder.glob("_verger/shards/*"))) >= 3

    faults = Faults(refuse=outage)
    with fault_proxy(server.endpoint, faults) as proxy:
        error = run(proxy, "Outage", "--retries", "1", exit_code=3).stderr
        assert "s3://p8-data/Outage/" in error
        assert not list(folder.rglob("_SUCCESS"))
        for lease in (folder / "_verger/leases").glob("*"):
            lease.unlink()  # as its lapse would
        faults.refuse = None
        run(proxy, "Outage", "--resume")
    record = json.loads((folder / "_verger/run.json").read_text())
    assert record["shards"]["resumed"] >= 3
    assert content(folder) == undisturbed
    assert not leftovers(folder)


def test_an_image_that_changes_while_the_run_reads_it_is_noticed(
    program, s3_verger, server, orchard, tmp_path
):
    copy = server.data / "p8-data" / "Changing"
    shutil.copytree(orchard, copy)
    victim = sorted(copy.rglob("*.jpg"))[-1]
    gone = sorted(copy.rglob("*.jpg"))[-2]
    arguments = ["s3://p8-data/Changing", tmp_path / "out", *PARTS]
    with fault_proxy(server.endpoint, Faults(latency=0.3)) as proxy:
        environment = server.environment(endpoint=proxy.endpoint)
        process = subprocess.Popen(
            [program, "run", *arguments, "--reads-in-flight", "4"],
            env={"HOME": str(tmp_path)} | environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        while proxy.requests["GET"] < 8:
            time.sleep(0.01)
        time.sleep(1)  # S3 tells times in whole seconds.
        victim.write_bytes(sorted(copy.rglob("*.jpg"))[0].read_bytes())
        gone.unlink()
        _, error = process.communicate(timeout=120)
    assert process.returncode == 3, error
    assert victim.name in error
    assert "--resume" in error
    s3_verger("run", *arguments, "--resume", environment=server.environment())
    s3_verger("run", copy, tmp_path / "expected", *PARTS)
    assert content(tmp_path / "out") == content(tmp_path / "expected")
