# SPDX-License-Identifier: Apache-2.0
"""What a build option leaves out must leave the rest as it is."""

import re
import subprocess

import pytest
from conftest import ROOT


def commands_of(build):
    """What Ninja runs in a build to compile and link, with the build's folder named BUILD."""
    listing = subprocess.run(["ninja", "-C", build, "-t", "commands"],
                             check=True, capture_output=True, text=True).stdout  # fmt: skip
    # The default, which OpenVINO's CMake files spell out for whoever finds it.
    listing = listing.replace(" -D_GLIBCXX_USE_CXX11_ABI=1", "")
    commands = listing.replace(str(build), "BUILD").splitlines()
    return {" ".join(line.split()) for line in commands if not line.startswith("cd ")}


@pytest.mark.parametrize("option", ["VERGER_BUILD_PROGRAM", "VERGER_WITH_OPENVINO"])
def test_what_is_left_is_compiled_and_linked_as_in_the_whole(tmp_path, option):
    # The whole is built and its tests pass. So does, then, what is made by the same commands.
    release = ROOT / "build" / "release"
    werror = re.search("^VERGER_WERROR:.*", (release / "CMakeCache.txt").read_text(), re.MULTILINE)
    configure = [
        "cmake",
        "--preset",
        "release",
        "-B",
        tmp_path,
        f"-D{option}=OFF",
        f"-D{werror[0]}",
    ]
    subprocess.run(configure, cwd=ROOT, check=True, capture_output=True)
    part, whole = commands_of(tmp_path), commands_of(release)
    assert part - whole == set()
    assert 0 < len(part) < len(whole)
