"""One job on real clusters, with nothing of verger on the nodes but what the archive brings."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from arrays import same_bits
from conftest import ROOT, UNTRAINED
from servers.history_server import history_server
from servers.processes import read_json
from servers.s3proxy import free_port
from servers.spark_standalone import spark_standalone
from servers.spark_submit import Packed
from servers.yarn import yarn

pytestmark = [pytest.mark.heavy, pytest.mark.spark, pytest.mark.timeout(1800)]
PARTITIONS = 20


@dataclass
class Task:
    """The job under test on one orchard, and what must come out."""

    orchard: Path
    result: Path  # what the program computed of it
    folder: Path

    @property
    def output(self):
        """Where the job writes."""
        return self.folder / "features"

    @property
    def command(self):
        """The job: a script for spark-submit and its arguments."""
        script = Path(__file__).with_name("featurize_job.py")
        return [script, f"file:{self.orchard}", f"file:{self.output}", UNTRAINED, PARTITIONS]

    @property
    def description(self):
        """What the job says in Spark's pages that its stages are for."""
        return f"Features of the photographs in file:{self.orchard}"

    def check(self):
        """The output is what the program computes; return where the nodes found the package."""
        paths, features = features_of(self.output)
        expected_paths, expected = features_of(self.result / "features")
        assert paths == expected_paths
        assert same_bits(features, expected)
        packages = set(pq.read_table(self.output)["package"].to_pylist())
        assert all("/environment/lib/python3." in package for package in packages)
        return packages


@pytest.fixture
def task(orchard, result, tmp_path):
    """The job under test."""
    return Task(orchard, result, tmp_path)


def features_of(folder):
    """Paths in order, and features, float32 [n, 1280], of a table of the job or the program."""
    table = pq.read_table(folder).sort_by("path")
    values = pc.list_flatten(table["features"]).to_numpy()
    return table["path"].to_pylist(), values.reshape(len(table), -1)


def check_history(cluster, application, task):
    """The History Server tells the stages of the application with what they were for."""
    with history_server(cluster.event_log, task.folder / "history") as server:
        (*_, attempt) = server.read(f"applications/{application}")["attempts"]
        # Only YARN's cluster mode has numbered attempts.
        place = "/".join(["applications", application, *filter(None, [attempt.get("attemptId")])])
        stages = server.read(f"{place}/stages?status=complete")
    assert len(stages) >= 2
    assert PARTITIONS in [stage["numCompleteTasks"] for stage in stages]
    assert all(stage["name"] for stage in stages)
    assert {stage["description"] for stage in stages} == {task.description}


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """What `make spark-archive` packs for the running Python."""
    environment = {**os.environ, "PYTHON": sys.executable}
    subprocess.run(["tools/spark_archive.sh"], cwd=ROOT, env=environment, check=True)
    (archive,) = (ROOT / "dist").glob("verger-spark-*.tar.gz")
    unpacked = tmp_path_factory.mktemp("unpacked")
    subprocess.run(["tar", "-C", unpacked, "-xzf", archive], check=True)
    return Packed(archive, unpacked)


@pytest.fixture(scope="module", params=["parity", "spark35"])
def standalone(tmp_path_factory, request):
    """A master and two workers, of Spark 4.3 and of Spark 3.5."""
    with spark_standalone(tmp_path_factory.mktemp("standalone"), request.param) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def yarn_cluster(tmp_path_factory):
    """A ResourceManager and two NodeManagers."""
    with yarn(tmp_path_factory.mktemp("yarn")) as cluster:
        yield cluster


def test_a_standalone_cluster_computes_the_same_bits(standalone, packed, task):
    done = standalone.submit(*task.command, settings=packed.settings())
    task.check()
    check_history(standalone, done.application(), task)


def wait_until_midway(address):
    """Return once an executor has finished tasks and both are at others of the same stage."""
    deadline = time.monotonic() + 900
    while time.monotonic() < deadline:
        try:
            (application,) = read_json(f"{address}/api/v1/applications")
            stages = read_json(f"{address}/api/v1/applications/{application['id']}/stages")
        except (OSError, ValueError):
            stages = []
        for stage in stages:
            if stage["numTasks"] == PARTITIONS and stage["numCompleteTasks"] >= 4:
                assert stage["status"] == "ACTIVE", "too late: the job was too quick"
                return
        time.sleep(0.02)
    raise AssertionError("the job did not come so far")


def test_an_executor_killed_midway_changes_nothing(standalone, packed, task):
    port = free_port()
    settings = {**packed.settings(), "spark.ui.port": port}
    with standalone.started(*task.command, settings=settings) as job:
        wait_until_midway(f"http://127.0.0.1:{port}")
        os.kill(standalone.executors()[0], signal.SIGKILL)
        job.finish()
    task.check()
    with history_server(standalone.event_log, task.folder / "history") as server:
        application = f"applications/{job.application()}"
        executors = server.read(f"{application}/allexecutors")
        stages = server.read(f"{application}/stages")
    reasons = [executor["removeReason"] for executor in executors if "removeReason" in executor]
    assert any("137" in reason for reason in reasons), executors
    assert sum(stage["numFailedTasks"] for stage in stages) > 0


@pytest.mark.parametrize("mode", ["client", "cluster"])
def test_yarn_computes_the_same_bits_on_both_nodes(yarn_cluster, packed, task, mode):
    application = yarn_cluster.submit_packed(mode, packed, *task.command).application()
    nodes = {package.split("/node-")[1][0] for package in task.check()}
    assert nodes == {"0", "1"}
    assert yarn_cluster.application_state(application)["finalStatus"] == "SUCCEEDED"
    check_history(yarn_cluster, application, task)
