# SPDX-License-Identifier: Apache-2.0
"""libverger as others build on it: installed, moved, found by CMake and by pkg-config, and run."""

import os
import re
import shutil
import subprocess

import numpy as np
import pytest
from conftest import ROOT
from end_to_end.tables import read_table, vectors

TEXTS = (".cmake", ".pc")
EXAMPLE = ROOT / "examples" / "cpp"


def run(*command, **keywords):
    """Run a command; what it printed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **keywords)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """Where the library lies: another place than the one that it was installed to."""
    folder = tmp_path_factory.mktemp("prefix")
    place = folder / "first"
    run("cmake", "--install", ROOT / "build/release", "--component", "library", "--prefix", place)
    return place.rename(folder / "moved")


@pytest.fixture(scope="module")
def check(orchard, result):
    """A function that runs the example, and compares with what `verger run` made of an image."""
    photograph = sorted(orchard.rglob("*.jpg"))[0]
    expected = vectors(read_table(result / "features"), "features")[0]

    def compare(program):
        actual = np.array(run(program, photograph).split(), np.float32)
        assert np.array_equal(actual, expected)
        refused = subprocess.run([program, ROOT / "README.md"], capture_output=True, check=False)
        assert refused.returncode == 1
        assert refused.stderr.startswith(b"features: ")

    return compare


@pytest.mark.parametrize("kind", ["shared", "static"])
def test_find_package_brings_all_that_the_example_needs(prefix, check, tmp_path, kind):
    sources = shutil.copytree(EXAMPLE, tmp_path / "sources")
    lists = sources / "CMakeLists.txt"
    if kind == "static":
        text = lists.read_text().replace("REQUIRED)", "REQUIRED COMPONENTS static)")
        whole = "$<LINK_LIBRARY:WHOLE_ARCHIVE,verger::verger_static>"  # what it lacks shows
        lists.write_text(text.replace("verger::verger)", f"{whole})"))
    run("cmake", "-S", sources, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", tmp_path / "build")
    program = tmp_path / "build" / "features"
    assert ("libverger.so" in run("ldd", program)) == (kind == "shared")
    check(program)


@pytest.mark.parametrize(
    ("wanted", "told"), [("0.2", "0.1.0"), ("COMPONENTS lazy", "no component 'lazy'")]
)
def test_other_versions_and_components_are_not_found(prefix, tmp_path, wanted, told):
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(other LANGUAGES NONE)\n"
        f"find_package(verger {wanted} REQUIRED PATHS {prefix} NO_DEFAULT_PATH)\n"
    )
    command = ["cmake", "-S", tmp_path, "-B", tmp_path / "build"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert told in done.stderr


def test_pkg_config_tells_how_to_compile_and_link(prefix, check, tmp_path):
    environment = os.environ | {"PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}
    flags = run("pkg-config", "--cflags", "--libs", "verger", env=environment).split()
    program = tmp_path / "features"
    rpath = f"-Wl,-rpath,{prefix}/lib"
    run("c++", "-std=c++20", EXAMPLE / "features.cc", *flags, rpath, "-o", program)
    check(program)


def test_headers_are_the_public_ones(prefix):
    installed = {path.relative_to(prefix) for path in (prefix / "include").rglob("*.*")}
    public = {path.relative_to(ROOT) for path in (ROOT / "include" / "verger").iterdir()}
    assert installed == public


def test_it_exports_its_public_functions_alone(prefix):
    names = run("nm", "-D", "-C", "--defined-only", prefix / "lib/libverger.so").splitlines()
    names = [line.split(maxsplit=2)[2] for line in names]
    own = {name for name in names if not re.match(r"(\w+ )*std::|.*\bfor std::", name)}
    assert {"verger::Moments::count() const", "verger::default_threads()"} <= own
    inner = r"verger::\w+::\w+::|nlohmann|verger::(sha256|parallel|fault)"
    assert [name for name in own if re.search(inner, name)] == []


def test_nothing_of_the_build_is_needed(prefix):
    library = prefix / "lib/libverger.so"
    dynamic = run("readelf", "--dynamic", library)
    assert "soname: [libverger.so.0.1]" in dynamic
    linked = run("ldd", library)
    assert "not found" not in linked
    texts = [path.read_text() for path in (prefix / "lib").rglob("*") if path.suffix in TEXTS]
    assert len(texts) >= len(TEXTS)
    for text in (dynamic, linked, *texts):
        assert str(ROOT) not in text
