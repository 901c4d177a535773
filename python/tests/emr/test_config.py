# SPDX-License-Identifier: Apache-2.0
"""A description is taken as it is meant, or refused with its place and the mend."""

import tarfile

import pytest
from emr.conftest import CLUSTERS, EXAMPLES
from verger.emr import config, request
from verger.emr.archive import inspect
from verger.emr.errors import UsageError

pytestmark = [pytest.mark.heavy, pytest.mark.emr]
GROUPS = "instances: {master: {type: m5.xlarge}}\n"
BASE = "name: x\nregion: eu-west-1\nbucket: s3://p8-data\n"
APPLICATION = """serverless: {role: "arn:aws:iam::123456789012:role/jobs",
  maximum_capacity: {vcpus: 16, memory_gb: 32}}
"""
FAULTS = {
    "": "does not describe a cluster",
    "a: [": "is not YAML",
    "name: a\nname: b\n" + BASE + GROUPS: "'name' is given twice",
    BASE: "give either instances or fleets",
    GROUPS: "name: is missing; region: is missing; bucket: is missing",
    BASE + "instances: {master: {type: m5.xlarge, cuont: 2}}\n": "master.cuont: is not known",
    BASE + "instances: {master: {type: m5.xlarge, count: '1'}}\n": "master.count: Input should be",
    BASE + "instances: {master: {type: m5.xlarge, count: 2}}\n": "1 master, or 3",
    BASE + "instances: {master: {type: xlarge}}\n": "instances.master.type",
    BASE + "instances: {master: {type: m5.xlarge, bid_price: '1'}}\n": "is for market: spot",
    BASE + "fleets: {master: {types: [{type: m5.xlarge}]}}\n": "needs on_demand or spot",
    BASE + "fleets: {master: {on_demand: 2, types: [{type: m5.xlarge}]}}\n": "has a capacity of 1",
    BASE + GROUPS + "subnet: [subnet-1, subnet-2]\n": "several subnets are for fleets",
    BASE + "instances: {master: {type: m5.xlarge}, core: {type: m7g.xlarge}}\n": "do not mix",
    BASE + GROUPS + "applications: [Hadoop]\n": "must name Spark",
    BASE + GROUPS + "idle_timeout_minutes: 0\n": "idle_timeout_minutes",
    BASE + GROUPS + "idle_timeout_minutes: 120\nmax_age_hours: 1\n": "more than max_age_hours",
    BASE + GROUPS + "max_age_hours: 0\n": "max_age_hours",
    BASE + GROUPS + "scaling: {minimum: 3, maximum: 2}\n": "minimum is more than maximum",
    BASE + GROUPS + "tags: {'verger:managed': 'false'}\n": "reserved prefix",
    BASE + GROUPS + 'tags: {a: "x\\ny"}\n': "printable",
    BASE.replace("name: x", 'name: "a\\tb"') + GROUPS: "control characters",
    BASE.replace("s3://p8-data", "p8-data") + GROUPS: "bucket",
    BASE.replace("eu-west-1", "Paris") + GROUPS: "region",
    BASE + GROUPS + "release: '7.13'\n": "release",
    BASE + GROUPS + "release: emr-6.15.0\n": "release: the program needs glibc 2.34",
    "[" * 5000: "nested too deeply",
    BASE + GROUPS + f"root_volume_gb: {'9' * 5000}\n": "is not YAML",
    BASE + GROUPS + "key: 2026-13-45\n": "is not YAML",
    BASE + GROUPS + "spark: {spark.hadoop.fs.s3a.secret.key: x}\n": "is a credential",
    **{
        BASE.replace("name: x", name) + APPLICATION + more: words
        for name, more, words in (
            ("name: x", GROUPS, "instances: has no meaning for a serverless application"),
            ("name: x", "subnet: subnet-1\n", "subnet: has no meaning"),
            ("name: x", "bootstrap: []\napplications: [JupyterHub]\n", "bootstrap: has no meaning"),
            ("name: x", "cuont: 1\n", "cuont: is not known"),
            ("name: x", "max_age_hours: 0.01\n", "max_age_hours"),
            ("name: x", "release: emr-6.15.0\n", "glibc"),
            ("name: x", "spark: {spark.hadoop.fs.s3a.secret.key: x}\n", "is a credential"),
            ("name: the orchard", "", "name: that of an application has up to 64 letters"),
        )
    },
    BASE
    + "serverless: {}\n": "serverless.role: is missing; serverless.maximum_capacity: is missing",
    BASE + APPLICATION.replace("arn:aws:iam::123456789012:role/", ""): "serverless.role",
    BASE + APPLICATION.replace("vcpus: 16", "vcpus: 4"): "no room for a driver and an executor",
    BASE + APPLICATION.replace("}}", ", disk_gb: 39}}"): "no room for a driver and an executor",
    **{
        BASE + APPLICATION.replace("}}", f"}}, {more}}}"): words
        for more, words in (
            ("executor: {vcpus: 3}", "executor.vcpus"),
            (
                "executor: {memory_gb: 31}",
                "a worker of 4 vCPU has 8 to 30 GB of memory, a multiple",
            ),
            (
                "driver: {vcpus: 8, memory_gb: 17}",
                "a worker of 8 vCPU has 16 to 60 GB of memory, a m",
            ),
            ("initial_capacity: {executors: 4}", "initial_capacity is more than maximum_capacity"),
            ("architecture: amd64", "architecture"),
            ("bid_price: '0.1'", "serverless.bid_price: is not known"),
        )
    },
    BASE + GROUPS + "aws_access_key_id: AKIA\n": "aws_access_key_id: is not known",
}


@pytest.mark.parametrize("text", FAULTS, ids=range(len(FAULTS)))
def test_what_is_wrong_is_said_in_one_sentence(text):
    with pytest.raises(UsageError) as said:
        config.parse(text, "c.yaml")
    sentence = str(said.value)
    assert sentence.startswith("c.yaml")
    assert FAULTS[text] in sentence
    assert "\n" not in sentence and sentence.endswith(".")


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(UsageError, match=r"absent\.yaml' cannot be read: No such file"):
        config.load(tmp_path / "absent.yaml")


def test_all_limits_hold_by_default():
    wanted = config.parse(BASE + GROUPS, "c.yaml")
    assert (wanted.idle_timeout_minutes, wanted.max_age_hours) == (60, 12)
    assert wanted.worker_types() == ["m5.xlarge"]


def archive(machine="x86_64"):
    return inspect(f"s3://b/verger-0.1.0-linux-{machine}.tar.gz")


def megabytes(text):
    assert text.endswith("m")
    return int(text[:-1])


@pytest.mark.parametrize("name", CLUSTERS)
def test_one_executor_and_one_driver_fit_on_a_node_and_never_two_executors(name):
    wanted = config.load(EXAMPLES / name)
    settings = request.spark_defaults(wanted)
    executor = megabytes(settings["spark.executor.memory"]) + megabytes(
        settings["spark.executor.memoryOverhead"])  # fmt: skip
    driver = megabytes(settings["spark.driver.memory"]) + megabytes(
        settings["spark.driver.memoryOverhead"])  # fmt: skip
    yarn = 16 * 1024 * 0.75 * (1 if name in ("m5.yaml", "spot-fleet.yaml") else 4)
    assert executor + driver <= yarn < 2 * executor
    # A worker and its network: a GiB each is four times what they take.
    assert megabytes(settings["spark.executor.memoryOverhead"]) >= 1024 * int(
        settings["spark.executor.cores"])  # fmt: skip


def test_the_users_settings_win():
    wanted = config.parse(BASE + GROUPS + "spark: {spark.executor.cores: '2'}\n", "c.yaml")
    assert request.spark_defaults(wanted)["spark.executor.cores"] == "2"


def test_an_archive_for_another_machine_is_refused():
    graviton = config.load(EXAMPLES / "graviton.yaml")
    assert request.run_job_flow(graviton, archive("aarch64"))
    with pytest.raises(UsageError, match=r"is for x86_64, but m7g.*: make bundle ARCH=aarch64"):
        request.run_job_flow(graviton, archive())


@pytest.mark.parametrize(
    ("kind", "machine"),
    [("m5.xlarge", "x86_64"), ("m7g.large", "aarch64"), ("c6gn.xlarge", "aarch64"),
     ("a1.large", "aarch64"), ("g5.xlarge", "x86_64"), ("m7i-flex.large", "x86_64"),
     ("r8gd.16xlarge", "aarch64"), ("trn1.2xlarge", "x86_64")],
)  # fmt: skip
def test_graviton_is_told_by_its_name(kind, machine):
    assert config.architecture(kind) == machine


def test_an_archive_tells_its_version_and_machine(archives):
    archive = inspect(archives["aarch64"])
    assert (archive.version, archive.machine) == ("0.1.0", "aarch64")


def test_what_is_no_archive_is_said(tmp_path):
    with pytest.raises(UsageError, match="not named as"):
        inspect("environment.tar.gz")
    broken = tmp_path / "verger-0.1.0-linux-x86_64.tar.gz"
    broken.write_bytes(b"no archive")
    with pytest.raises(OSError, match="cannot be read"):
        inspect(str(broken))
    with tarfile.open(broken, "w:gz") as empty:
        empty.addfile(tarfile.TarInfo("verger-0.1.0/LICENSE"))
    with pytest.raises(UsageError, match="no bin/verger in it"):
        inspect(str(broken))


def test_the_newest_archive_of_the_instances_machine_is_taken(tmp_path, monkeypatch, emr):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dist").mkdir()
    with tarfile.open("dist/verger-0.1.0-linux-aarch64.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("verger-0.1.0/bin/verger"))
    said = emr("create", EXAMPLES / "m5.yaml", code=2).err
    assert "No bundle for x86_64 here" in said
    assert "make bundle ARCH=x86_64" in said
    plan = emr("plan", EXAMPLES / "graviton.yaml", "--images", "100").out
    assert "verger-0.1.0-linux-aarch64.tar.gz" in plan
