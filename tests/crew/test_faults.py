# SPDX-License-Identifier: Apache-2.0
"""Workers, crews and drivers die, hang or do things twice: one whole result, nothing doubled."""

import signal
import threading
import time

import pytest
from conftest import UNTRAINED
from crew.crews import Driver, Worker, files, path_of, record, run_example
from fault.processes import go_on, wait_until_stopped
from storage.results import leftovers

PARTS = ["--parts", 6, "--weights", UNTRAINED]


@pytest.fixture(scope="module")
def expected(verger, orchard, tmp_path_factory):
    """The files of an undisturbed run."""
    output = tmp_path_factory.mktemp("undisturbed") / "out"
    verger("run", orchard, output, *PARTS)
    return files(output)


@pytest.fixture
def check(verger, tmp_path, expected):
    """The output is whole, and that of an undisturbed run."""

    def run():
        verger("inspect", tmp_path / "out")
        assert files(tmp_path / "out") == expected
        assert not leftovers(tmp_path / "out")

    return run


@pytest.fixture
def resume(verger, orchard, tmp_path, check):
    """Go on with the run by threads; so many shards were finished before."""

    def run(finished):
        verger("run", orchard, tmp_path / "out", *PARTS, "--resume")
        assert record(tmp_path / "out")["shards"]["resumed"] == finished
        check()

    return run


@pytest.fixture
def driver(program, orchard, tmp_path):
    """A run whose crew is the test."""
    return Driver(program, "run", orchard, tmp_path / "out", *PARTS)


def test_workers_that_are_killed_in_the_midst_of_a_shard(deadly, orchard, tmp_path, check):
    environment = path_of(tmp_path / "bin", deadly) | {"VERGER_KILL_AT": "shard-data-written:3"}
    run_example(environment, "run", orchard, tmp_path / "out", *PARTS, options=["--workers", 2])
    check()


def test_an_order_whose_workers_all_die_ends_the_run(deadly, orchard, tmp_path, resume):
    environment = path_of(tmp_path / "bin", deadly) | {"VERGER_KILL_AT": "shard-data-written:1"}
    command = ["run", orchard, tmp_path / "out", *PARTS]
    said = run_example(environment, *command, exit_code=3)
    assert "Workers die." in said
    resume(0)


def test_a_worker_that_hangs_and_comes_back_writes_nothing_more(driver, deadly, program, check):
    """Before its first file, between two files, and before its manifest."""
    _, orders = driver.stage()
    hung = []
    points = ["before-visible:1", "before-visible:2", "shard-data-written:1"]
    for order, point in zip(orders, points, strict=False):
        worker = Worker(deadly, environment={"VERGER_STOP_AT": point})
        worker.take(order)
        wait_until_stopped(worker.process.pid)
        hung.append(worker)
    good = Worker(program)
    for order in orders:
        driver.tell(good.do(order | {"attempt": 1}))
    assert driver.do_rest(good)["state"] == "done"
    assert driver.end()[0] == 0
    check()
    for worker in hung:
        go_on(worker.process.pid)
    outcomes = [worker.outcome() for worker in hung]
    assert [outcome["error"]["kind"] for outcome in outcomes[:2]] == ["io", "io"]
    assert "-c001." in outcomes[2]["manifest"]["features"]["name"]  # what it found, untouched
    check()


def test_a_worker_that_hangs_and_comes_back_during_the_run(driver, deadly, program, check):
    _, orders = driver.stage()
    slow = Worker(deadly, environment={"VERGER_STOP_AT": "before-visible:1"})
    slow.take(orders[0])
    wait_until_stopped(slow.process.pid)
    good = Worker(program)
    for order in orders[:3]:
        driver.tell(good.do(order | {"attempt": 1}))
    go_on(slow.process.pid)
    driver.tell(slow.outcome())  # late, and of the quicker one's manifest
    for order in orders[3:]:
        driver.tell(good.do(order))
    assert driver.do_rest(good)["state"] == "done"
    assert driver.end()[0] == 0
    check()


def test_orders_done_twice_at_once(driver, program, check):
    workers = [Worker(program) for _ in range(2)]
    _, orders = driver.stage()
    for order in orders:
        for attempt, worker in enumerate(workers):
            worker.take(order | {"attempt": attempt})
        outcomes = [worker.outcome() for worker in workers]
        for outcome in reversed(outcomes):
            driver.tell(outcome)
    assert driver.do_rest(workers[0])["state"] == "done"
    assert driver.end()[0] == 0
    check()


def test_the_manifest_that_counts_is_the_one_that_was_accepted(driver, deadly, program, check):
    """The slower attempt passes its last look before the quicker one has written."""
    _, orders = driver.stage()
    # Features, inputs, manifest: it is stopped with the last in hand.
    slow = Worker(deadly, environment={"VERGER_STOP_AT": "before-visible:3"})
    slow.take(orders[0])
    wait_until_stopped(slow.process.pid)
    good = Worker(program)
    driver.tell(good.do(orders[0] | {"attempt": 1}))
    go_on(slow.process.pid)
    assert "-c000." in slow.outcome()["manifest"]["features"]["name"]
    for order in orders[1:]:
        driver.tell(good.do(order))
    assert driver.do_rest(good)["state"] == "done"
    assert driver.end()[0] == 0
    check()


def test_a_crew_that_dies_leaves_a_run_to_resume(driver, program, tmp_path, resume):
    _, orders = driver.stage()
    worker = Worker(program)
    for order in orders[:2]:
        driver.tell(worker.do(order))
    time.sleep(0.5)
    code, said = driver.end()
    assert code == 3
    assert "The crew ended when 2 of 6 orders" in said
    assert "--resume" in said
    assert not leftovers(tmp_path / "out")
    resume(2)


def test_a_driver_that_is_killed_leaves_a_run_to_resume(driver, program, resume):
    _, orders = driver.stage()
    worker = Worker(program)
    for order in orders[:3]:
        worker.do(order)  # and nobody hears of it
    driver.process.kill()
    driver.process.wait()
    resume(3)


def test_a_worker_ends_with_its_orders_in_the_midst_of_a_shard(verger, program, tmp_path):
    verger("sample", tmp_path / "Test", "--images", 900, "--seed", 2, timeout=300)
    command = ["run", tmp_path / "Test", tmp_path / "out", "--parts", 1, "--weights", UNTRAINED]
    driver = Driver(program, *command)
    _, (order,) = driver.stage()
    worker = Worker(program)
    worker.take(order)
    time.sleep(0.7)
    begin = time.monotonic()
    assert worker.end() in (0, 130)
    assert time.monotonic() - begin < 20
    assert worker.process.stdout.read() == ""
    assert not (tmp_path / "out/features").exists()
    driver.process.send_signal(signal.SIGTERM)
    assert driver.read()["error"]["kind"] == "cancelled"
    assert driver.end()[0] == 130


def test_neither_side_waits_for_the_other_to_read(driver, program, check):
    """All outcomes are sent before the driver's next message is read."""
    _, orders = driver.stage()
    worker = Worker(program)
    outcomes = [worker.do(order) for order in orders]
    padded = [outcome | {"more": "x" * 100_000} for outcome in outcomes]
    teller = threading.Thread(target=lambda: [driver.tell(outcome) for outcome in padded])
    teller.start()
    assert driver.do_rest(worker)["state"] == "done"
    teller.join()
    assert driver.end()[0] == 0
    check()
