# SPDX-License-Identifier: Apache-2.0
"""Whoever does the shards, the files hold the same bytes."""

import json
import shutil
import signal
import subprocess

import pytest
from conftest import UNTRAINED
from crew.crews import (
    Driver,
    Worker,
    check_same,
    files,
    path_of,
    record,
    run_example,
    start_example,
)
from end_to_end.updates import Updated
from servers.s3proxy import ACCESS_KEY, SECRET_KEY, s3proxy
from storage.results import leftovers

WEIGHTS = ["--weights", UNTRAINED]
OPTIONS = ["--workers", 2]


@pytest.fixture
def environment(program, tmp_path):
    """In which examples/crew.py finds the built program."""
    return path_of(tmp_path / "bin", program)


@pytest.mark.parametrize("layout", ["tables", "notebook"])
def test_run(verger, environment, orchard, tmp_path, layout):
    (tmp_path / "Test set").mkdir()
    photographs = shutil.copytree(orchard, tmp_path / "Test set/a%20b é")
    (photographs / "bad.jpg").write_bytes(b"no image")
    command = [photographs, "--layout", layout, "--parts", 5, *WEIGHTS]
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    verger("run", command[0], theirs, *command[1:])
    said = run_example(environment, "run", command[0], ours, *command[1:], options=OPTIONS)
    check_same(verger, ours, theirs)
    assert "components" in said  # the summary, which is not for the crew
    made = record(ours)
    assert made["pipeline"]["images"] == 61
    assert made["pipeline"]["bytes"] == record(theirs)["pipeline"]["bytes"]
    assert 1 <= made["pipeline"]["workers"] <= 2
    assert made["pipeline"]["infer_seconds"] > 0
    assert made["cpu_seconds"]["extract"] > 0


def test_extract_then_reduce_elsewhere(verger, environment, orchard, tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    verger("extract", orchard, theirs, *WEIGHTS)
    run_example(environment, "extract", orchard, ours, *WEIGHTS, options=OPTIONS)
    check_same(verger, ours, theirs)
    verger("reduce", theirs, tmp_path / "reduced")
    run_example(environment, "reduce", ours, tmp_path / "also", options=OPTIONS)
    check_same(verger, tmp_path / "also", tmp_path / "reduced")
    verger("reduce", theirs)
    run_example(environment, "reduce", ours, options=OPTIONS)
    check_same(verger, ours, theirs)


def test_moments_of_large_parts(verger, environment, tmp_path):
    """Parts of more rows than columns, whose moments the workers leave in files."""
    photographs = tmp_path / "Test"
    verger("sample", photographs, "--images", 1400, "--classes", 4, "--seed", 3, timeout=300)
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    verger("run", photographs, theirs, "--parts", 1, *WEIGHTS, timeout=300)
    command = ["run", photographs, ours, "--parts", 1, *WEIGHTS]
    run_example(environment, *command, options=OPTIONS)
    assert (ours / "_verger/moments/00000.moments").exists()
    check_same(verger, ours, theirs)
    verger("reduce", theirs, tmp_path / "reduced")
    run_example(environment, "reduce", ours, tmp_path / "also", options=OPTIONS)
    check_same(verger, tmp_path / "also", tmp_path / "reduced")


def test_apply(verger, environment, orchard, result, tmp_path):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    command = ["--model", result, "--parts", 3, *WEIGHTS]
    verger("apply", orchard, theirs, *command)
    run_example(environment, "apply", orchard, ours, *command, options=OPTIONS)
    check_same(verger, ours, theirs)


def test_packed_inputs(verger, environment, orchard, tmp_path):
    for form in ("parquet", "tar"):
        packed = tmp_path / form
        verger("pack", orchard, packed, "--format", form, "--pack-bytes", 200_000)
        ours, theirs = tmp_path / f"{form}-ours", tmp_path / f"{form}-theirs"
        verger("run", packed, theirs, *WEIGHTS)
        run_example(environment, "run", packed, ours, *WEIGHTS, options=OPTIONS)
        check_same(verger, ours, theirs)


def test_update(verger, environment, orchard, tmp_path):
    updated = Updated(verger, orchard, tmp_path)
    for path in updated.images()[3:5]:
        updated.change(path)
    for path in updated.images()[20:22]:
        path.unlink()
    updated.add(9)
    theirs = shutil.copytree(updated.output, tmp_path / "theirs", copy_function=shutil.copy2)
    verger("update", updated.input, theirs, *WEIGHTS)
    command = ["update", updated.input, updated.output, *WEIGHTS]
    run_example(environment, *command, options=OPTIONS)
    ours = record(updated.output)["update"]
    assert ours == record(theirs)["update"]
    assert ours["shards"] == {"kept": 2, "rewritten": 2, "added": 2, "removed": 0}
    check_same(verger, updated.output, theirs)
    said = run_example(environment, *command, options=OPTIONS)
    assert "nothing to do" in said


def test_the_messages_of_a_run(program, orchard, tmp_path):
    spark = {"version": "4", "master": "local", "application": "a"}
    out = tmp_path / "out"
    driver = Driver(program, "run", orchard, out, "--parts", 3, *WEIGHTS, spark=spark)
    assert driver.hello["protocol"] == 1
    assert driver.hello["command"] == "run"
    worker = Worker(program)
    stage, orders = driver.stage()
    assert stage["description"] == (
        f"verger extract: 60 images of {orchard} in 3 shards -> features in {out}"
    )
    assert (stage["images"], stage["network"]["file"]) == (60, None)
    assert sorted(order["order"] for order in orders) == [f"extract-0000{i}" for i in range(3)]
    assert all(len(json.dumps(order)) < 2500 for order in orders)
    for order in orders:
        driver.tell(worker.do(order))
    end = driver.do_rest(worker)
    assert end["state"] == "done"
    assert end["record"]["spark"] == spark
    assert worker.end() == 0
    assert driver.end()[0] == 0
    assert record(out) == end["record"]


def test_a_worker_says_what_is_wrong_with_an_order(program, orchard, tmp_path):
    driver = Driver(program, "run", orchard, tmp_path / "out", "--parts", 2, *WEIGHTS)
    _, orders = driver.stage()
    worker = Worker(program)
    wrong = worker.do({"type": "order", "protocol": 2, "order": "extract-00000"})
    assert wrong["error"]["kind"] == "argument"
    assert wrong["order"] == "extract-00000"
    other = orders[0] | {"network": orders[0]["network"] | {"weights": "untrained:8"}}
    assert Worker(program).do(other)["error"]["kind"] == "model"
    gone = orders[0] | {"lease": "another"}
    said = worker.do(gone)["error"]
    assert said["kind"] == "io"
    assert "does not write" in said["message"]
    worker.process.stdin.write("[]\n")
    assert worker.do(orders[1])["error"]["kind"] == "argument"
    assert "manifest" in worker.outcome()
    driver.tell(wrong)
    assert driver.read()["error"]["kind"] == "argument"
    assert driver.end()[0] == 2


def test_real_weights_go_to_the_workers_by_name(program, real_weights, orchard, tmp_path):
    out = tmp_path / "out"
    driver = Driver(program, "run", orchard, out, "--weights", real_weights)
    stage, orders = driver.stage()
    assert stage["network"]["file"] == str(real_weights)
    sent = tmp_path / "sent.h5"
    shutil.copy(real_weights, sent)
    elsewhere = {"network": orders[0]["network"] | {"weights": "/not/here.h5"}}
    assert Worker(program).do(orders[0] | elsewhere)["error"]["kind"] == "model"
    worker = Worker(program, "--weights", sent)
    for order in orders:
        driver.tell(worker.do(order | elsewhere))
    assert driver.do_rest(worker)["state"] == "done"
    assert driver.end()[0] == 0


def test_a_run_that_is_interrupted_is_resumed_by_threads(
    verger, environment, program, orchard, tmp_path
):
    out = tmp_path / "out"
    command = ["run", orchard, out, "--parts", 6, *WEIGHTS]
    driver = Driver(program, *command)
    _, orders = driver.stage()
    worker = Worker(program)
    driver.tell(worker.do(orders[0]))
    driver.process.send_signal(signal.SIGTERM)
    assert driver.read()["error"]["kind"] == "cancelled"
    code, said = driver.end()
    assert code == 130
    assert "--resume" in said
    assert not leftovers(out)
    assert not (out / "_verger/plan").exists()
    assert "does not write" in worker.do(orders[1])["error"]["message"]
    verger(*command, "--resume")
    assert record(out)["shards"]["resumed"] == 1
    verger("run", orchard, tmp_path / "fresh", "--parts", 6, *WEIGHTS)
    check_same(verger, out, tmp_path / "fresh")


def test_a_signal_to_the_example_is_for_the_driver(environment, verger, orchard, tmp_path):
    verger("sample", tmp_path / "Test", "--images", 600, "--seed", 2, timeout=300)
    crew = start_example(environment, "run", tmp_path / "Test", tmp_path / "out", *WEIGHTS)
    while not list((tmp_path / "out").glob("_verger/shards/*.json")):
        assert crew.poll() is None, crew.stderr.read()
    crew.send_signal(signal.SIGTERM)
    _, said = crew.communicate(timeout=60)
    assert crew.returncode == 130, said
    assert not leftovers(tmp_path / "out")


def test_arguments_are_refused_before_hello(program, orchard, tmp_path):
    process = subprocess.run(
        [program, "run", orchard, tmp_path / "out", "--crew", "stdio", "--parts", "0"],
        capture_output=True,
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert (process.returncode, process.stdout) == (2, "")
    assert "parts" in process.stderr


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_from_and_to_s3_without_a_credential_in_any_message(program, orchard, tmp_path):
    with s3proxy(tmp_path) as server:
        bucket = server.bucket("p8-data")
        shutil.copytree(orchard, bucket / "Test set")
        environment = server.client_environment()
        command = ["run", "s3://p8-data/Test set", "s3://p8-data/Theirs", "--parts", "4", *WEIGHTS]
        subprocess.run([program, *command], env=environment, check=True, capture_output=True)
        command[2] = "s3://p8-data/Ours"
        driver = Driver(program, *command, environment=environment)
        stage, orders = driver.stage()
        # The driver's environment tells where the server is; a worker's own need not.
        worker = Worker(program, environment=environment | {"AWS_ENDPOINT_URL": "http://not.here"})
        outcomes = [worker.do(order) for order in orders]
        for outcome in outcomes:
            driver.tell(outcome)
        end = driver.do_rest(worker)
        assert end["state"] == "done"
        assert driver.end()[0] == 0
        said = json.dumps([stage, orders, outcomes, end])
        assert ACCESS_KEY not in said
        assert SECRET_KEY not in said
        assert files(bucket / "Ours") == files(bucket / "Theirs")
        assert not leftovers(bucket / "Ours")
