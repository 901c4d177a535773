# SPDX-License-Identifier: Apache-2.0
"""What keeps a machine from building verger is said in a sentence before anything is installed."""

import shutil
import subprocess

import pytest
from conftest import ROOT

TOOLS = ["bash", "dirname", "env", "grep", "mkdir", "sed", "sort"]
DEBIAN = {"dpkg-query": "exit 1", "apt-get": 'echo "apt-get $*" >&2',
          "apt-cache": "echo '  Candidate: 20.1-1'", "sudo": 'exec "$@"'}  # fmt: skip
MACHINE = {"uname": "[[ $1 == -s ]] && echo Linux || echo x86_64", "getconf": "echo glibc 2.36"}


@pytest.fixture
def deps(tmp_path):
    """Return a function that runs `deps.sh system` where PATH has these programs alone."""

    def run(**programs):
        folder = tmp_path / "bin"
        folder.mkdir()
        for tool in TOOLS:
            (folder / tool).symlink_to(shutil.which(tool))
        for name, body in {**MACHINE, **programs}.items():
            (folder / name).write_text(f"#!{shutil.which('bash')}\n{body}\n")
            (folder / name).chmod(0o755)
        return subprocess.run(
            [ROOT / "tools" / "deps.sh", "system"], env={"PATH": str(folder)}, text=True,
            capture_output=True, check=False)  # fmt: skip

    return run


@pytest.mark.parametrize(
    ("programs", "told"),
    [
        ({"uname": "echo Darwin"}, "is built on Linux, not on Darwin"),
        ({"uname": "[[ $1 == -s ]] && echo Linux || echo riscv64"}, "this machine is riscv64"),
        ({"getconf": "exit 1"}, "not another C library"),
        ({"getconf": "echo glibc 2.17"}, "not glibc 2.17"),
        ({}, "cmake is missing; install cmake 3.25 or newer"),
        ({"cmake": "echo cmake version 3.18.4"}, "cmake is 3.18.4, and 3.25 or newer is needed"),
        ({**DEBIAN, "python3": "echo Python 3.9.2"}, "python3 is 3.9.2, and 3.11 or newer"),
        ({**DEBIAN, "apt-cache": "echo '  Candidate: 4:10.2.1-1'"}, "g++ is 10.2.1"),
        ({**DEBIAN, "apt-cache": "[[ $2 == lib* ]] || echo '  Candidate: 20.1'"}, "not find libb"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_installed(deps, programs, told):
    done = deps(**programs)
    assert done.returncode == 1
    *before, sentence = done.stderr.splitlines()
    assert sentence.startswith("deps: ") and told in sentence
    assert all(line.endswith(" update") for line in before) and not done.stdout


def test_what_a_system_lacks_is_installed(deps):
    done = deps(**DEBIAN, cmake="echo cmake version 3.25.1")
    assert done.returncode == 0
    assert " install --yes --no-install-recommends ca-certificates " in done.stderr
