# SPDX-License-Identifier: Apache-2.0
"""The job on real clusters, with nothing of verger on the nodes but what the bundle brings."""

import contextlib
import os
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pyarrow.parquet as pq
import pytest
from arrays import matrix, same_bits
from conftest import UNTRAINED
from end_to_end.updates import Updated, counts
from servers.cluster_history import history_of
from servers.processes import read_json
from servers.s3a import s3a_settings
from servers.s3proxy import SECRET_KEY, Server, free_port, s3proxy, upload
from servers.spark_bundle import packed_for
from servers.spark_standalone import spark_standalone
from servers.yarn import yarn
from spark.job_support import PACKAGES
from spark.update_support import assert_same, disturb
from storage.results import content, leftovers

pytestmark = [pytest.mark.heavy, pytest.mark.spark, pytest.mark.timeout(1800)]
PARTS = 20
BUCKET = "p8-data"
PIPELINE = Path(__file__).with_name("pipeline_job.py")
newest = pytest.mark.parametrize("standalone", ["parity"], indirect=True)


@dataclass
class Bucket:
    """A bucket of a real S3 server with the photographs in it, and what must become of them."""

    server: Server
    folder: Path  # where the objects lie on this machine
    result: Path  # what `verger run` leaves of them

    def placed(self, words):
        """The words, with the bucket's own folders by their addresses."""
        return [
            f"s3://{BUCKET}/{word.relative_to(self.folder)}" if isinstance(word, Path) else word
            for word in words
        ]

    def command(self, packed, name):
        """The job: the console script for spark-submit and its arguments."""
        places = [f"s3://{BUCKET}/Test", f"s3a://{BUCKET}/{name}"]
        return [packed.script, "run", *places, "--weights", UNTRAINED, "--parts", PARTS]

    def check(self, name):
        """The output is the program's, to the bit, and holds no credential."""
        output = self.folder / name
        assert content(output) == content(self.result)
        assert not leftovers(output)
        for path in output.rglob("*"):
            assert path.is_dir() or SECRET_KEY.encode() not in path.read_bytes()


@pytest.fixture(scope="module")
def bucket(tmp_path_factory, verger):
    """Four hundred photographs on a server: enough to be killed in the middle of."""
    folder = tmp_path_factory.mktemp("s3")
    with s3proxy(folder) as server:
        place, photographs = server.bucket(BUCKET), folder / "Test"
        verger("sample", photographs, "--images", 400, "--classes", 5, "--seed", 3)
        upload(server, photographs, f"{BUCKET}/Test")
        verger("run", photographs, folder / "out", "--weights", UNTRAINED, "--parts", PARTS)
        yield Bucket(server, place, folder / "out")


@pytest.fixture(scope="module")
def packed(bundle, tmp_path_factory):
    """What a cluster is sent."""
    return packed_for(bundle, tmp_path_factory.mktemp("packed"))


@pytest.fixture(scope="module", params=["parity", "spark35"])
def standalone(tmp_path_factory, request, bucket, packed):
    """A master and two workers, of Spark 4.3 and of Spark 3.5."""
    with spark_standalone(tmp_path_factory.mktemp("standalone"), request.param) as cluster:
        yield packed.for_drivers(cluster.with_variables(bucket.server.environment()))


@pytest.fixture(scope="module")
def yarn_cluster(tmp_path_factory, bucket, packed):
    """A ResourceManager and two NodeManagers."""
    with yarn(tmp_path_factory.mktemp("yarn")) as cluster:
        yield packed.for_drivers(cluster.with_variables(bucket.server.environment()))


def check_history(history, output):
    """The History Server tells what each stage was for, and that both executors were at work."""
    images = f"400 images of s3://{BUCKET}/Test in {PARTS} shards"
    (extract, first), (project, second) = sorted(history.tasks().items())
    assert extract.startswith(f"verger extract: {images} -> features in {output}")
    assert project.startswith(f"verger project: {PARTS} parts of 1,280 features -> ")
    assert first == second == PARTS
    assert len(history.workers()) == 2


@newest
def test_a_standalone_cluster_updates_as_the_program_does(
    standalone, packed, bucket, verger, orchard
):
    def program(*words, **keywords):
        environment = bucket.server.client_environment()
        return verger(*bucket.placed(words), env=environment, **keywords)

    folder = bucket.folder / f"Update-{standalone.spark.version}"
    updated = Updated(program, orchard, folder)
    disturb(updated)
    other = Path(shutil.copytree(updated.output, folder / "other"))
    command = bucket.placed(updated.command("update"))
    standalone.submit(packed.script, *command, settings=packed.settings())
    assert counts(updated.record()) == (25, 6, 3, 2, 9)
    program("update", updated.input, other, *updated.options)
    assert_same(updated, other)
    assert not leftovers(updated.output)


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
            if stage["numTasks"] == PARTS and stage["numCompleteTasks"] >= 4:
                assert stage["status"] == "ACTIVE", "too late: the job was too quick"
                return
        time.sleep(0.02)
    raise AssertionError("the job did not come so far")


def ui_at(port):
    """Settings by which a job answers what wait_until_midway() asks."""
    return {"spark.ui.enabled": "true", "spark.ui.port": port}


def test_an_executor_killed_midway_changes_nothing(standalone, packed, bucket, tmp_path):
    name, port = f"Killed-{standalone.spark.version}", free_port()
    settings = {**packed.settings(), **ui_at(port)}
    with standalone.started(*bucket.command(packed, name), settings=settings) as job:
        wait_until_midway(f"http://127.0.0.1:{port}")
        os.kill(standalone.executors()[0], signal.SIGKILL)
        job.finish()
    bucket.check(name)
    history = history_of(standalone, job.application(), tmp_path)
    reasons = [executor.get("removeReason", "") for executor in history.executors]
    assert any("137" in reason for reason in reasons), reasons
    assert sum(stage["numFailedTasks"] for stage in history.stages) > 0


@newest
def test_a_speculative_duplicate_changes_nothing(standalone, packed, bucket, tmp_path):
    name, port = f"Speculative-{standalone.spark.version}", free_port()
    speculation = {"": "true", ".interval": "100ms", ".minTaskRuntime": "1s", ".quantile": "0.1"}
    settings = {**packed.settings(), **ui_at(port)}
    settings |= {f"spark.speculation{key}": value for key, value in speculation.items()}
    with standalone.started(*bucket.command(packed, name), settings=settings) as job:
        wait_until_midway(f"http://127.0.0.1:{port}")
        hanging = standalone.python_workers(1)
        for process in hanging:
            os.kill(process, signal.SIGSTOP)
        job.finish()
        for process in hanging:  # which go on when all is over, if Spark has not killed them
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)
    bucket.check(name)
    history = history_of(standalone, job.application(), tmp_path)
    # That the hanging attempt was killed is in the log only if it ended before the application did.
    assert "SUCCESS" in [attempt["status"] for attempt in history.speculative()]


@pytest.mark.parametrize("mode", ["client", "cluster"])
def test_yarn_computes_the_same_bits_on_both_nodes(yarn_cluster, packed, bucket, tmp_path, mode):
    name = f"Results-yarn-{mode}"
    job = yarn_cluster.submit_packed(mode, packed, *bucket.command(packed, name))
    bucket.check(name)
    application = job.application()
    assert yarn_cluster.application_state(application)["finalStatus"] == "SUCCEEDED"
    history = history_of(yarn_cluster, application, tmp_path)
    check_history(history, f"s3a://{BUCKET}/{name}")
    # An executor's logs are shown by its node.
    logs = [executor["executorLogs"]["stderr"] for executor in history.workers()]
    assert len({urlsplit(log).port for log in logs}) == 2


def test_a_pipeline_reads_and_writes_by_s3a(yarn_cluster, bucket):
    settings = s3a_settings(bucket.server.endpoint)
    # Its stages need the package on the executors.
    settings["spark.pyspark.python"] = yarn_cluster.spark.python
    settings["spark.executorEnv.PYTHONPATH"] = PACKAGES
    cluster = yarn_cluster.with_environment({"PYTHONPATH": PACKAGES})
    places = [f"s3a://{BUCKET}/Test", f"s3a://{BUCKET}/Pipeline"]
    cluster.submit(PIPELINE, *places, UNTRAINED, PARTS, settings=settings)
    ours = pq.read_table(bucket.folder / "Pipeline").sort_by("path")
    features, reduced = (
        matrix(pq.read_table(bucket.result / name).sort_by("path"), name)
        for name in ("features", "pca")
    )
    assert len(ours) == 400
    assert same_bits(matrix(ours, "features").astype(np.float32), features)
    # The moments of other shards have other last bits.
    np.testing.assert_allclose(matrix(ours, "pca"), reduced, atol=1e-3, rtol=1e-3)
