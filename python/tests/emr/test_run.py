# SPDX-License-Identifier: Apache-2.0
"""run leaves nothing behind that costs money, however it ends."""

import contextlib
import os
import pty
import signal
import subprocess
import sys
import time

import boto3
import pytest
from conftest import ROOT
from emr.conftest import EXAMPLES

pytestmark = [pytest.mark.heavy, pytest.mark.emr]
PLACES = ["s3://p8-data/Test", "s3://p8-data/Results"]


@pytest.fixture
def arguments(archives):
    """The words of a run."""
    return ["run", EXAMPLES / "m5.yaml", *PLACES, "--archive", archives["x86_64"], "--json"]


def states():
    """The state of every cluster."""
    client = boto3.client("emr")
    answer = client.list_clusters(ClusterStates=["STARTING", "RUNNING", "WAITING", "TERMINATED"])
    return [each["Status"]["State"] for each in answer["Clusters"]]


def then(server, *step_states):
    """Instead of sleeping, give the steps one state after another."""
    left = iter(step_states)

    def sleep(_):
        for cluster_id in list(server.requests):
            server.set_steps(cluster_id, next(left))

    return sleep


def test_a_run_ends_its_cluster(server, emr, arguments, monkeypatch):
    monkeypatch.setattr("time.sleep", then(server, "RUNNING", "COMPLETED"))
    done = emr(*arguments).document
    assert states() == ["TERMINATED"]
    assert done["terminated"] and done["output"] == PLACES[1]
    (cluster_id,) = server.requests
    assert done["cluster_id"] == cluster_id
    (step,) = boto3.client("emr").list_steps(ClusterId=cluster_id)["Steps"]
    assert step["Id"] == done["step_id"]


def test_a_run_may_be_an_update(server, emr, arguments, monkeypatch):
    monkeypatch.setattr("time.sleep", then(server, "COMPLETED"))
    emr(*arguments, "--update", "--", "--refit", "never")
    (cluster_id,) = server.requests
    (step,) = boto3.client("emr").list_steps(ClusterId=cluster_id)["Steps"]
    assert step["Name"] == f"verger update {PLACES[0]}"
    assert step["Config"]["Args"][-5:] == ["update", *PLACES, "--refit", "never"]
    assert states() == ["TERMINATED"]


def test_a_failed_job_ends_its_cluster(server, emr, arguments, monkeypatch):
    monkeypatch.setattr("time.sleep", then(server, "RUNNING", "FAILED"))
    assert "has failed" in emr(*arguments, code=1).err
    assert states() == ["TERMINATED"]


def test_keep_leaves_the_cluster_to_its_limits(server, emr, arguments, monkeypatch):
    monkeypatch.setattr("time.sleep", then(server, "COMPLETED"))
    done = emr(*arguments, "--keep")
    assert not done.document["terminated"]
    assert "it ends itself after 30 min without work" in done.err
    assert "TERMINATED" not in states()


def test_a_protected_cluster_is_not_for_run(server, emr, archives, tmp_path):
    text = (EXAMPLES / "m5.yaml").read_text() + "termination_protected: true\n"
    (tmp_path / "c.yaml").write_text(text)
    said = emr("run", tmp_path / "c.yaml", *PLACES, "--archive", archives["x86_64"], code=2).err
    assert "termination_protected is true" in said
    assert server.requests == {}


def started(words, **streams):
    """Start verger-emr as a program of its own, with Ctrl-C as a terminal's shell gives it."""
    interruptible = ["env", "--default-signal=INT"]  # pytest may run in the background
    command = [*interruptible, sys.executable, "-m", "verger._emr", *map(str, words)]
    path = {"PYTHONPATH": str(ROOT / "build" / "release" / "python")}
    return subprocess.Popen(command, env=os.environ | path, text=True, **streams)


def wait_until(holds, what):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def has_step(server):
    return any(cluster.steps for cluster in server.backend.clusters.values())


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_without_a_terminal_an_interrupted_run_ends_its_cluster(server, arguments, ending):
    process = started(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                      stderr=subprocess.PIPE)  # fmt: skip
    wait_until(lambda: has_step(server), "no step")
    process.send_signal(ending)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert "is terminated" in err
    assert states() == ["TERMINATED"]


class Terminal:
    """A person's terminal: what is typed goes in, what is shown is kept."""

    def __init__(self, words):
        """Start the program with its standard input and error on it."""
        self.master, inner = pty.openpty()
        self.process = started(words, stdin=inner, stdout=subprocess.DEVNULL, stderr=inner,
                               start_new_session=True)  # fmt: skip
        os.close(inner)
        os.set_blocking(self.master, False)
        self.shown = ""

    def read(self):
        """Take up what was shown; return all of it."""
        with contextlib.suppress(OSError):
            self.shown += os.read(self.master, 65536).decode()
        return self.shown

    def answer_the_question(self, text):
        """Press Ctrl-C, and give the answer when asked."""
        self.process.send_signal(signal.SIGINT)
        wait_until(lambda: "Terminate cluster" in self.read(), "not asked")
        os.write(self.master, text)
        wait_until(lambda: self.read() is None or self.process.poll() is not None, "no end")
        self.read()
        os.close(self.master)
        return self.process.returncode


@pytest.mark.parametrize(
    ("answer", "state"), [(b"y\n", "TERMINATED"), (b"\n", "TERMINATED"), (b"n\n", "RUNNING")]
)
def test_ctrl_c_asks_whether_to_terminate(server, arguments, answer, state):
    terminal = Terminal(arguments)
    wait_until(lambda: terminal.read() and has_step(server), "no step")
    assert terminal.answer_the_question(answer) == 130, terminal.shown
    assert states() == [state]
    if state == "RUNNING":
        assert "it ends itself after 30 min without work" in terminal.shown
        assert "verger-emr terminate j-" in terminal.shown


def test_a_killed_client_leaves_a_cluster_with_limits(server, arguments):
    process = started(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL)  # fmt: skip
    wait_until(lambda: has_step(server), "no step")
    process.kill()
    process.wait()
    (request,) = server.requests.values()
    assert request["AutoTerminationPolicy"]["IdleTimeout"] == 1800
    assert "--max-age-seconds" in request["BootstrapActions"][0]["ScriptBootstrapAction"]["Args"]
