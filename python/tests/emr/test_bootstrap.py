# SPDX-License-Identifier: Apache-2.0
"""The bootstrap script, on a bare Debian root."""

import json
import subprocess
import time

import pytest
from conftest import ROOT
from servers.bare_root import bare_root

pytestmark = [pytest.mark.heavy, pytest.mark.emr, pytest.mark.timeout(900)]
SCRIPT = "/opt/bootstrap-emr.sh"
CALLS = "/tmp/calls"
INFO = "/mnt/var/lib/info"
LOGGED = '#!/bin/sh\necho "$(basename "$0") $*" >>/tmp/calls\n'


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A bare root with the script in it."""
    with bare_root(tmp_path_factory.mktemp("bootstrap")) as place:
        script = (ROOT / "python/verger/emr/bootstrap-emr.sh").read_text()
        place.write(SCRIPT, script, 0o755)
        yield place


@pytest.fixture
def node(root):
    """The root with Python, as the master of a cluster, with programs that write down."""
    if not (root.folder / "usr/bin/python3").exists():  # EMR's own programs need it
        root.run("apt-get", "-qq", "update")
        root.run("apt-get", "-qq", "install", "--yes", "--no-install-recommends", "python3")
    for name in ("/tmp/calls", "/var/lib/verger/deadline", "/usr/local/sbin/verger-end"):
        (root.folder / name.lstrip("/")).unlink(missing_ok=True)
    root.write(f"{INFO}/instance.json", json.dumps({"isMaster": True}))
    root.write(f"{INFO}/job-flow.json", json.dumps({"jobFlowId": "j-ABC123"}))
    for name in ("aws", "shutdown"):
        root.write(f"/usr/local/bin/{name}", LOGGED, 0o755)
    return root


def limited(root, *more, seconds=3600):
    """Run the script with a limit of age."""
    done = root.run(SCRIPT, "--region", "eu-west-1",
                    "--max-age-seconds", seconds, *more)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_installs_nothing(node):
    before = sorted((node.folder / "var/lib/dpkg/info").iterdir())
    done = node.run(SCRIPT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("verger: ready: glibc 2.")
    assert sorted((node.folder / "var/lib/dpkg/info").iterdir()) == before


def test_the_bundle_runs_there(node, bundle):
    folder = node.folder / "opt" / "bundle"
    folder.mkdir()
    subprocess.run(["tar", "-C", folder, "--strip-components", "1", "-xzf", bundle], check=True)
    done = node.run("/opt/bundle/bin/verger", "sample", "/tmp/Orchard", "--images", 12)
    assert done.returncode == 0, done.stderr


def test_the_master_ends_the_cluster_at_its_greatest_age(node):
    said = limited(node, seconds=2)
    assert "cluster j-ABC123 ends at" in said
    assert node.read(CALLS) is None
    deadline = time.monotonic() + 30
    while node.read(CALLS) is None and time.monotonic() < deadline:
        time.sleep(0.1)
    expected = "aws emr terminate-clusters --region eu-west-1 --cluster-ids j-ABC123\n"
    assert node.read(CALLS) == expected


def test_a_second_run_does_not_put_the_end_off(node):
    units(node)
    limited(node, seconds=1000)
    first = node.read("/var/lib/verger/deadline")
    limited(node, seconds=9000)
    assert node.read("/var/lib/verger/deadline") == first
    assert abs(int(first) - time.time() - 1000) < 60


def test_others_than_the_master_leave_it_alone(node):
    node.write(f"{INFO}/instance.json", json.dumps({"isMaster": False}))
    limited(node)
    assert node.read("/var/lib/verger/deadline") is None


def units(node):
    """Make the root look as if systemd ran there, with a systemctl that writes down."""
    (node.folder / "run/systemd/system").mkdir(parents=True, exist_ok=True)
    node.write("/usr/local/bin/systemctl", LOGGED, 0o755)


def test_the_timer_is_one_that_systemd_takes(node):
    units(node)
    limited(node)
    calls = node.read(CALLS).splitlines()
    assert calls == ["systemctl daemon-reload",
                     "systemctl enable --now --quiet verger-end.timer"]  # fmt: skip
    timer = node.read("/etc/systemd/system/verger-end.timer")
    assert "Persistent=true" in timer  # a reboot does not forget it
    node.run("apt-get", "-qq", "update")
    done = node.run("apt-get", "-qq", "install", "--yes", "--no-install-recommends", "systemd")
    assert done.returncode == 0, done.stderr
    checked = node.run("systemd-analyze", "verify", "/etc/systemd/system/verger-end.timer",
                       "/etc/systemd/system/verger-end.service")  # fmt: skip
    assert checked.returncode == 0, checked.stderr
    when = next(line for line in timer.splitlines() if line.startswith("OnCalendar="))
    told = node.run("systemd-analyze", "calendar", when.partition("=")[2])
    assert told.returncode == 0, told.stderr
    assert "never" not in told.stdout


@pytest.mark.parametrize(
    ("answer", "options", "status", "powers_off"),
    [
        ("exit 0", [], 0, False),
        ("echo 'they are termination protected.'; exit 254", [], 1, False),
        ("echo 'AccessDeniedException'; exit 254", [], 0, True),
        ("echo 'AccessDeniedException'; exit 254", ["--protected"], 1, False),
    ],
)
def test_what_the_end_does_when_aws_answers(node, answer, options, status, powers_off):
    units(node)
    limited(node, *options)
    node.write("/usr/local/bin/aws", f"{LOGGED}{answer}\n", 0o755)
    done = node.run("/usr/local/sbin/verger-end")
    assert done.returncode == status
    assert ("shutdown -h now" in node.read(CALLS)) == powers_off


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--region"], "--region needs a value"),
        (["--nonsense"], "--nonsense is not known"),
        (["--max-age-seconds", "soon"], "must be a number"),
    ],
)
def test_what_is_wrong_is_said(node, arguments, words):
    done = node.run(SCRIPT, *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("verger: error: ") and words in done.stderr


def test_an_old_glibc_is_said(node):
    node.write("/usr/local/bin/getconf", "#!/bin/sh\necho glibc 2.26\n", 0o755)
    try:
        done = node.run(SCRIPT)
    finally:
        (node.folder / "usr/local/bin/getconf").unlink()
    assert done.returncode == 1
    assert "glibc 2.26 is too old" in done.stderr
