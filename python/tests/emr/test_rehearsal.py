# SPDX-License-Identifier: Apache-2.0
"""The dress rehearsal: what verger-emr sends to EMR, done by a genuine YARN and S3 server.

`create` uploads to the S3 server. The steps are read back from where `submit` sent them, and their
words are given to spark-submit as they are: the archive, the job's file, INPUT and OUTPUT all by
their s3:// addresses. The settings are those of the cluster, but for the size of the machines. What
EMR has of its own and a bare YARN has not, the s3:// filesystem and the instances' role, stands in
the configuration of Hadoop and in the environment.

EMR Serverless is rehearsed by the same: there too a driver and executors have folders of their own
in which the archive is unpacked. What it calls the environment of a driver has another name here.
"""

import shutil
import venv
from dataclasses import replace
from types import SimpleNamespace

import boto3
import pytest
from emr.conftest import EXAMPLES
from end_to_end.updates import WEIGHTS, counts
from servers.s3a import JARS, hadoop_settings
from servers.s3proxy import ACCESS_KEY, SECRET_KEY, s3proxy
from servers.spark_submit import Job, linear_algebra, on_nodes
from servers.yarn import write_configuration, yarn
from spark.job_support import document
from storage.results import content, leftovers

pytestmark = [pytest.mark.heavy, pytest.mark.emr, pytest.mark.timeout(1800)]
OPTIONS = [*WEIGHTS, "--parts", "4"]
IN, OUT = "s3://p8-data/Test", "s3://p8-data/Results"
# The test's machines have 2.75 GiB each, and one core for an executor.
SMALL = {
    "spark.driver.cores": "1",
    "spark.driver.memory": "500m",
    "spark.driver.memoryOverhead": "700m",
    "spark.executor.cores": "1",
    "spark.executor.memory": "500m",
    "spark.executor.memoryOverhead": "700m",
}


@pytest.fixture(scope="module")
def yarn_cluster(tmp_path_factory):
    """A ResourceManager and two NodeManagers."""
    with yarn(tmp_path_factory.mktemp("yarn")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def s3(tmp_path_factory, orchard):
    """An S3 server that checks signatures, with photographs in the notebook's bucket."""
    with s3proxy(tmp_path_factory.mktemp("s3proxy")) as server:
        folder = server.bucket("p8-data")
        shutil.copytree(orchard, folder / "Test")
        broken = next((folder / "Test").rglob("*.jpg"))
        (broken.parent / "été 1 %20+.jpg").write_bytes(broken.read_bytes()[:900])
        yield server


@pytest.fixture
def two_servers(server, s3, monkeypatch):
    """EMR and S3 are two servers here, with credentials of one."""
    for name, value in s3.environment().items():
        monkeypatch.setenv(name, value)
    for service in ("EMR", "EMR_SERVERLESS"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", server.endpoint)


@pytest.fixture
def sent(two_servers, emr, bundle):
    """What AWS was sent by create and submit: the cluster's settings of Spark, and two steps."""
    arguments = [EXAMPLES / "m5.yaml", "--archive", bundle, "--json"]
    cluster_id = emr("create", *arguments).document["cluster_id"]
    client = boto3.client("emr")

    def step(*words):
        added = emr("submit", cluster_id, IN, OUT, "--no-follow", "--json", *words).document
        return client.describe_step(ClusterId=cluster_id, StepId=added["step_id"])["Step"]

    run, update = step("--", *OPTIONS), step("--update", "--", *WEIGHTS)
    configurations = client.describe_cluster(ClusterId=cluster_id)["Cluster"]["Configurations"]
    (defaults,) = (each["Properties"] for each in configurations
                   if each["Classification"] == "spark-defaults")  # fmt: skip
    return SimpleNamespace(run=run, update=update, defaults=defaults)


@pytest.fixture
def sent_to_serverless(two_servers, emr, bundle):
    """What AWS was sent for an application: its settings of Spark, and the words of a job."""
    arguments = [EXAMPLES / "serverless.yaml", "--archive", bundle, "--json"]
    made = emr("create", *arguments).document["application_id"]
    run = emr("submit", made, IN, OUT, "--no-follow", "--json", "--", *OPTIONS).document
    client = boto3.client("emr-serverless")
    told = client.get_application(applicationId=made)["application"]
    (defaults,) = (each["properties"] for each in told["runtimeConfiguration"])
    job = client.get_job_run(applicationId=made, jobRunId=run["job_run_id"])["jobRun"]
    spark = job["jobDriver"]["sparkSubmit"]
    return SimpleNamespace(defaults=defaults,
                           words=[spark["entryPoint"], *spark["entryPointArguments"]])  # fmt: skip


def like_emr(cluster, s3, defaults, folder):
    """The YARN cluster as EMR would have it: s3:// is a filesystem, and a role gives access."""
    conf, python = folder / "conf", folder / "bare" / "bin" / "python"
    venv.create(folder / "bare", with_pip=False)
    shutil.copytree(cluster.environment["HADOOP_CONF_DIR"], conf)
    (conf / "core-site.xml").unlink()
    core = {
        "fs.defaultFS": "file:///",
        "hadoop.tmp.dir": folder / "tmp",
        # On a busy machine the application takes its time to sign off.
        "hadoop.service.shutdown.timeout": "180s",
        "fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        **hadoop_settings(s3.endpoint, "eu-west-1"),
    }
    write_configuration(conf / "core-site.xml", core)
    settings = {**defaults, **cluster.common_settings(), **SMALL}
    settings |= on_nodes({**s3.environment(), "SPARK_LOCAL_IP": "127.0.0.1", **linear_algebra()})
    settings["spark.yarn.appMasterEnv.SPARK_HOME"] = cluster.spark.home
    settings |= on_nodes({"PYSPARK_PYTHON": python})  # a bare one, as EMR's is
    lines = "".join(f"{name} {value}\n" for name, value in settings.items())
    (conf / "spark-defaults.conf").write_text(lines)
    variables = {name: str(conf) for name in ("HADOOP_CONF_DIR", "YARN_CONF_DIR", "SPARK_CONF_DIR")}
    variables["SPARK_DIST_CLASSPATH"] = f"{JARS}/*"
    return replace(cluster, environment={**cluster.environment, **variables})


def do(step, cluster):
    """Do a step as EMR's runner does."""
    assert step["Config"]["Jar"] == "command-runner.jar"
    submit(step["Config"]["Args"], cluster)


def submit(command, cluster):
    """Give words to spark-submit, and wait for the end of its application."""
    program, *words = command
    assert program == "spark-submit"
    with Job(cluster, [str(cluster.spark.program(program)), *words]) as job:
        job.finish()
    application = job.application()
    assert cluster.application_state(application)["finalStatus"] == "SUCCEEDED"


def test_the_steps_that_submit_sends_compute_what_the_program_does(
    yarn_cluster, s3, sent, verger, tmp_path
):
    bucket, expected = s3.data / "p8-data", tmp_path / "out"
    cluster = like_emr(yarn_cluster, s3, sent.defaults, tmp_path)
    cluster.event_log.mkdir(exist_ok=True)
    do(sent.run, cluster)
    verger("run", bucket / "Test", expected, *OPTIONS)
    assert content(bucket / "Results") == content(expected)

    whole = max((bucket / "Test").rglob("*.jpg"), key=lambda path: path.stat().st_size)
    shutil.copy(whole, whole.with_name("one more.jpg"))
    do(sent.update, cluster)
    assert counts(document(bucket / "Results/_verger/run.json")) == (61, 1, 0, 0, 1)
    verger("update", bucket / "Test", expected, *WEIGHTS)
    assert content(bucket / "Results") == content(expected)
    assert not leftovers(bucket / "Results")
    names = {path.name for path in bucket.iterdir()}
    assert names == {"Results", "Test", "bootstrap-emr.sh", "jupyter-s3-conf.json", "verger"}


def test_the_job_run_that_submit_sends_computes_what_the_program_does(
    yarn_cluster, s3, sent_to_serverless, verger, tmp_path
):
    bucket, sent = s3.data / "p8-data", sent_to_serverless
    shutil.rmtree(bucket / "Results", ignore_errors=True)
    names = {name: name.replace("emr-serverless.driverEnv", "yarn.appMasterEnv")
             for name in sent.defaults}  # fmt: skip
    defaults = {names[name]: value for name, value in sent.defaults.items()}
    cluster = like_emr(yarn_cluster, s3, defaults, tmp_path)
    cluster.event_log.mkdir(exist_ok=True)
    submit(["spark-submit", "--master", "yarn", "--deploy-mode", "cluster", *sent.words], cluster)
    verger("run", bucket / "Test", tmp_path / "out", *OPTIONS)
    assert content(bucket / "Results") == content(tmp_path / "out")
    assert not leftovers(bucket / "Results")


def test_nothing_that_was_sent_or_stored_is_a_credential(server, s3, sent):
    assert SECRET_KEY not in str(server.requests) + str(sent)
    assert ACCESS_KEY not in str(server.requests) + str(sent)
    for path in (s3.data / "p8-data").rglob("*"):
        if path.is_file() and path.suffix != ".gz":
            assert SECRET_KEY.encode() not in path.read_bytes(), path
