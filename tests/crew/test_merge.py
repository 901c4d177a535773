# SPDX-License-Identifier: Apache-2.0
"""The moments of many shards are merged by the crew, to the bits of one program's threads."""

import json
import os
import shutil

import pytest
from conftest import UNTRAINED
from crew.crews import Driver, Worker, check_same, path_of, record, run_example
from end_to_end.updates import Updated

FEW = {"VERGER_MERGED_AT_ONCE": "4"}  # where the program has 64
WEIGHTS = ["--weights", UNTRAINED]
PARTS = ["--parts", 22, *WEIGHTS]
ORDERS = ["merge-00000", "merge-00001", "merge-00002", "merge-00003", "merge-00004", "merge-00005"]
OPTIONS = ["--workers", 2]


@pytest.fixture
def environment(deadly, tmp_path):
    """In which examples/crew.py finds the program that merges few at once."""
    return path_of(tmp_path / "bin", deadly) | FEW


@pytest.fixture(scope="module")
def expected(verger, orchard, tmp_path_factory):
    """What the program makes of 22 shards by itself."""
    output = tmp_path_factory.mktemp("expected") / "out"
    verger("run", orchard, output, *PARTS)
    return output


@pytest.fixture
def check(verger, tmp_path, expected):
    """The output is whole, and what the program makes by itself."""
    return lambda: check_same(verger, tmp_path / "out", expected)


@pytest.fixture
def driver(deadly, orchard, tmp_path):
    """A run of 22 shards whose crew is the test."""
    command = ["run", orchard, tmp_path / "out", *PARTS]
    return Driver(deadly, *command, environment=os.environ | FEW)


def tell_all(driver, worker, orders):
    """Let a worker do orders, and the driver hear of it."""
    for order in orders:
        driver.tell(worker.do(order))


def finish(driver, worker):
    """Let a worker do the rest of a run."""
    assert driver.do_rest(worker)["state"] == "done"
    assert worker.end() == 0
    assert driver.end()[0] == 0


def test_run(environment, orchard, tmp_path, expected, check):
    command = ["run", orchard, tmp_path / "out", *PARTS, "--log-format", "json"]
    events = map(json.loads, run_example(environment, *command, options=OPTIONS).splitlines())
    merges = [event["done"] for event in events if event.get("stage") == "merge"]
    assert merges[-1] == 8  # 22 to 6, and those to 2
    check()
    seconds, by_itself = record(tmp_path / "out")["seconds"], record(expected)["seconds"]
    assert set(seconds) - set(by_itself) == {"merge"}


@pytest.mark.parametrize("parts", [4, 5, 16, 17])
def test_any_number_of_shards(verger, environment, orchard, tmp_path, parts):
    command = ["--parts", parts, *WEIGHTS]
    verger("run", orchard, tmp_path / "theirs", *command)
    run_example(environment, "run", orchard, tmp_path / "ours", *command, options=OPTIONS)
    check_same(verger, tmp_path / "ours", tmp_path / "theirs")
    assert ("merge" in record(tmp_path / "ours")["seconds"]) == (parts > 4)


def test_reduce_of_a_table(verger, environment, tmp_path, expected):
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    verger("reduce", expected, theirs)
    run_example(environment, "reduce", expected, ours, options=OPTIONS)
    check_same(verger, ours, theirs)
    assert list(record(ours)["seconds"]) == ["fit", "merge", "moments", "project"]


def test_update(verger, environment, orchard, tmp_path):
    updated = Updated(verger, orchard, tmp_path)
    updated.change(updated.images()[3])
    updated.add(20)
    theirs = shutil.copytree(updated.output, tmp_path / "theirs", copy_function=shutil.copy2)
    verger("update", updated.input, theirs, *WEIGHTS)
    command = ["update", updated.input, updated.output, *WEIGHTS]
    run_example(environment, *command, options=OPTIONS)
    assert record(updated.output)["update"] == record(theirs)["update"]
    assert "merge" in record(updated.output)["seconds"]
    check_same(verger, updated.output, theirs)


def test_the_driver_reads_no_moments_but_the_last(driver, program, tmp_path, check):
    """Those of small shards are made of their features, which are hidden from it meanwhile."""
    _, orders = driver.stage()
    worker = Worker(program)
    outcomes = [worker.do(order) for order in orders]
    parts = tmp_path / "out/features"
    assert all(outcome["manifest"]["moments"] is None for outcome in outcomes)
    parts.rename(tmp_path / "hidden")
    for outcome in outcomes:
        driver.tell(outcome)
    stage, orders = driver.stage()
    (tmp_path / "hidden").rename(parts)
    assert stage["description"] == f"verger merge: 22 moments -> 6 in {tmp_path / 'out'}"
    assert (stage["stage"], stage["images"], stage["network"]) == ("merge", 0, None)
    assert sorted(order["order"] for order in orders) == ORDERS
    assert sum(len(order["members"]) for order in orders) == 22
    tell_all(driver, worker, orders)
    stage, orders = driver.stage()
    assert stage["description"].startswith("verger merge: 6 moments -> 2 in ")
    assert [order["order"] for order in orders] == ["merge-00006", "merge-00007"]
    line = len(json.dumps(orders[0]["members"])) / len(orders[0]["members"])
    assert line < 250  # bytes a member: 64 of them are 16 KB
    tell_all(driver, worker, orders)
    finish(driver, worker)
    check()


def test_workers_that_are_killed_in_the_midst_of_a_merge(environment, orchard, tmp_path, check):
    environment["VERGER_KILL_AT"] = "moments-made:2"
    run_example(environment, "run", orchard, tmp_path / "out", *PARTS, options=OPTIONS)
    check()


def test_orders_done_twice_and_late(driver, program, check):
    workers = [Worker(program) for _ in range(2)]
    _, orders = driver.stage()
    tell_all(driver, workers[0], orders)
    late = []
    for _ in range(2):
        _, orders = driver.stage()
        for order in orders:
            for attempt, worker in enumerate(workers):
                worker.take(order | {"attempt": attempt})
            outcomes = [worker.outcome() for worker in workers]
            names = [outcome["moments"]["name"] for outcome in outcomes]
            assert names[0] != names[1]
            assert outcomes[0]["moments"]["sha256"] == outcomes[1]["moments"]["sha256"]
            for outcome in (*late[:2], *reversed(outcomes)):  # late ones of the pass before as well
                driver.tell(outcome)
            late.append(outcomes[0])
    finish(driver, workers[0])
    assert workers[1].end() == 0
    check()


def test_a_driver_that_is_killed_while_the_crew_merges(driver, environment, tmp_path, check):
    _, orders = driver.stage()
    worker = Worker(driver.process.args[0])
    tell_all(driver, worker, orders)
    _, orders = driver.stage()
    tell_all(driver, worker, orders[:3])
    driver.process.kill()
    driver.process.wait()
    command = [*driver.process.args[1:-2], "--resume"]
    run_example(environment, *command, options=OPTIONS)
    assert record(tmp_path / "out")["shards"]["resumed"] == 22
    check()


def test_moments_that_cannot_be_merged_are_named(driver, program, tmp_path):
    _, orders = driver.stage()
    worker = Worker(program)
    tell_all(driver, worker, orders)
    _, orders = driver.stage()
    tell_all(driver, worker, orders)
    _, (first, _) = driver.stage()
    gone = first["members"][1]["moments"]["name"]
    (tmp_path / "out" / gone).unlink()
    driver.tell(worker.do(first))
    error = driver.read()["error"]
    assert error["kind"] == "io"
    assert gone in error["message"]
    assert driver.end()[0] == 3
