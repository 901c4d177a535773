# SPDX-License-Identifier: Apache-2.0
"""The job from and to a real S3 server gives what the program gives on the disk."""

import shutil

import pytest
from conftest import UNTRAINED
from servers.s3proxy import SECRET_KEY, s3proxy
from spark.job_support import CLI, jobs, manifests, run
from storage.results import content, leftovers

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore:UNTRAINED"),
]
__all__ = ["jobs", "run"]


@pytest.fixture(scope="module")
def server(tmp_path_factory, orchard, spark):
    """A server with the orchard in it, and its credentials in the environment of all."""
    with s3proxy(tmp_path_factory.mktemp("s3proxy")) as running, pytest.MonkeyPatch.context() as m:
        for name, value in running.environment().items():
            m.setenv(name, value)
            m.setitem(spark.sparkContext.environment, name, value)  # for the Python workers
        folder = running.bucket("p8-data")
        shutil.copytree(orchard, folder / "Test")
        odd = folder / "Test" / "Pomme d'été 1 %20+"
        odd.mkdir()
        shutil.copy(sorted((folder / "Test").rglob("*.jpg"))[0], odd / "a b.jpg")
        (odd / "empty.jpg").write_bytes(b"")
        yield running


def test_the_bits_are_those_of_the_disk(run, server, verger, tmp_path):
    from verger.spark import VariancePCAModel  # noqa: PLC0415 - not in .venv/core

    bucket = server.data / "p8-data"
    made = run("s3a://p8-data/Test", "s3://p8-data/Results")
    verger("run", bucket / "Test", tmp_path / "out", *CLI)
    assert content(bucket / "Results") == content(tmp_path / "out")
    assert not leftovers(bucket / "Results")
    verger("inspect", "s3://p8-data/Results")
    assert VariancePCAModel.fromRun("s3a://p8-data/Results/").k == made.k
    for path in (bucket / "Results").rglob("*"):
        assert path.is_dir() or SECRET_KEY.encode() not in path.read_bytes()


def test_each_goes_on_with_the_others_run(run, server, verger):
    bucket = server.data / "p8-data"
    places = ["s3://p8-data/Test", "s3://p8-data/Shared"]
    run(*places)
    before = manifests(bucket / "Shared")
    (bucket / "Shared" / "_SUCCESS").unlink()
    (bucket / "Shared" / "_verger" / "shards" / "00001.json").unlink()
    said = verger("run", *places, *CLI, "--resume").stderr
    assert "3 of 4 shards were finished already" in said
    (bucket / "Shared" / "_verger" / "shards" / "00002.json").unlink()
    assert run(*places, resume=True).record["shards"]["resumed"] == 3
    assert manifests(bucket / "Shared") == before


def test_each_updates_what_the_other_made(server, spark, verger):
    from verger.spark import update  # noqa: PLC0415 - not in .venv/core

    bucket = server.data / "p8-data"
    images = shutil.copytree(bucket / "Test", bucket / "Changing")
    verger("run", "s3://p8-data/Changing", "s3://p8-data/Updated", *CLI)
    shutil.copytree(bucket / "Updated", bucket / "Other")
    first, second, *_ = sorted(images.rglob("*.jpg"))
    shutil.copy(second, first.with_name("new.jpg"))
    shutil.copyfile(second, first)
    second.unlink()
    places = ["s3a://p8-data/Changing", "s3a://p8-data/Updated"]
    record = update(spark, *places, weights=UNTRAINED, progress=False).record
    assert [record["update"][name] for name in ("added", "changed", "removed")] == [1, 1, 1]
    verger("update", "s3://p8-data/Changing", "s3://p8-data/Other", *CLI[:2])
    assert content(bucket / "Updated") == content(bucket / "Other")
    assert manifests(bucket / "Updated") == manifests(bucket / "Other")
    assert not leftovers(bucket / "Updated")
    said = verger("update", "s3://p8-data/Changing", "s3://p8-data/Updated", *CLI[:2]).stdout
    assert "nothing to do" in said
    update(spark, *places, weights=UNTRAINED, progress=False, refit="always")
    verger("inspect", "s3://p8-data/Updated")


@pytest.mark.parametrize("form", ["parquet", "tar"])
def test_containers_give_the_bits_of_the_disk(run, server, verger, tmp_path, form):
    packed = server.data / "p8-data" / form
    verger(
        "pack", server.data / "p8-data" / "Test", packed, "--format", form, "--pack-bytes", 90000
    )
    run(f"s3://p8-data/{form}", tmp_path / "spark", s3_endpoint=server.endpoint)
    verger("run", packed, tmp_path / "cli", *CLI)
    assert content(tmp_path / "spark") == content(tmp_path / "cli")
