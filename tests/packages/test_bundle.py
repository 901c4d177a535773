# SPDX-License-Identifier: Apache-2.0
"""The bundle runs on a machine that has nothing of the build, whatever else that machine has."""

import os
import re
import subprocess
import sys
import tarfile

import pytest
from conftest import ROOT, UNTRAINED
from packages.commands import check_service, commands_of, every_command
from pyarrow import parquet
from servers.bare_root import bare_root
from servers.s3proxy import s3proxy
from servers.tls_front import tls_front

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(900)]

PROGRAM = ["env", "-i", "-C", "/opt/a folder", "verger/bin/verger"]  # in a bare root

# What every Linux of these years has: glibc, and GCC's two libraries.
SYSTEM = r"lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s)\.so\.\d|ld-linux-[a-z0-9-]+\.so\.\d"


def libraries_of(folder):
    """The program and the libraries beside it."""
    return [folder / "bin" / "verger", *sorted((folder / "lib" / "verger").iterdir())]


def dynamic(file, tag):
    """The values of a tag in an ELF file's dynamic section."""
    command = ["readelf", "--dynamic", "--wide", file]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return re.findall(rf"\({tag}\).*\[(.*)\]", lines)


@pytest.fixture(scope="module")
def unpacked(bundle, tmp_path_factory):
    """The bundle in a folder whose name has a space."""
    folder = tmp_path_factory.mktemp("bundle") / "a folder"
    folder.mkdir()
    with tarfile.open(bundle) as archive:
        archive.extractall(folder, filter="data")
    (place,) = folder.iterdir()
    return place


@pytest.fixture(scope="module")
def bare(unpacked, orchard, tmp_path_factory):
    """A bare Debian with the bundle and an orchard in a folder whose name has a space."""
    with bare_root(tmp_path_factory.mktemp("bare")) as root:
        place = root.folder / "opt" / "a folder"
        place.mkdir()
        subprocess.run(["cp", "-r", unpacked, place / "verger"], check=True)
        subprocess.run(["cp", "-r", orchard, place / "Orchard"], check=True)
        yield root


@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    """A running S3 server."""
    with s3proxy(tmp_path_factory.mktemp("s3proxy")) as server:
        yield server


@pytest.fixture(scope="module")
def front(s3, tmp_path_factory):
    """The server by HTTPS."""
    with tls_front(tmp_path_factory.mktemp("certificates"), s3.endpoint) as server:
        yield server


def run_bare(root, *arguments, exit_code=0, **environment):
    """Run the bundled program in a bare root, with no environment but what is named."""
    variables = [f"{name}={value}" for name, value in environment.items()]
    done = root.run(*PROGRAM[:-1], *variables, PROGRAM[-1], *arguments)
    assert done.returncode == exit_code, done.stdout + done.stderr
    return done


def run_here(folder, *arguments, **environment):
    """Run the bundled program on this machine."""
    command = [folder / "bin" / "verger", *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_small_and_holds_what_it_needs_and_no_more(bundle, unpacked):
    assert bundle.stat().st_size <= 45e6
    files = libraries_of(unpacked)
    names = {file.name for file in files}
    needed = {name for file in files for name in dynamic(file, "NEEDED")}
    foreign = {name for name in needed if not re.fullmatch(SYSTEM, name)}
    assert foreign == names - {"verger"}
    assert {re.match(r"(lib)?[a-z_0-9]+", name)[0] for name in names} == {
        "verger", "libarrow", "libarrow_s3", "libparquet", "libscipy_openblas",
    }  # fmt: skip


def test_it_looks_for_its_libraries_beside_itself_first(unpacked):
    program = unpacked / "bin" / "verger"
    assert dynamic(program, "RPATH") == ["$ORIGIN/../lib/verger"]
    assert dynamic(program, "RUNPATH") == []


def test_it_tells_nothing_of_the_machine_that_built_it(unpacked):
    text = (unpacked / "bin" / "verger").read_bytes()
    assert os.fsencode(ROOT) not in text


def test_it_states_the_licence_of_everything_in_it(unpacked):
    lines = (ROOT / "deps" / "bundled.txt").read_text().splitlines()
    listed = {line.split()[0].split(":")[1] for line in lines if not line.startswith("#")}
    texts = {path.stem: path.read_text() for path in (unpacked / "licenses").iterdir()}
    assert set(texts) == listed
    assert all("opyright" in text for text in texts.values())
    assert "Apache License" in (unpacked / "LICENSE").read_text()


def test_a_bare_debian_runs_every_command(bare):
    commands = every_command(images=24)
    listed = run_bare(bare, "--help").stdout
    for command in commands:
        run_bare(bare, *command)
    photograph = next((bare.folder / "opt" / "a folder" / "Sample").rglob("*.jpg"))
    check_service(bare.words(*PROGRAM), "Results", photograph)
    assert commands_of(listed) == {command[0] for command in commands} | {"serve"}
    refused = run_bare(bare, "weights", "fetch", exit_code=4).stderr
    assert "no file of certificate authorities" in refused


def test_its_results_are_those_of_the_build(bare, result):
    run_bare(bare, "run", "Orchard", "Same", "--weights", UNTRAINED, "--parts", 4)
    same = bare.folder / "opt" / "a folder" / "Same"
    for table, column in (("features", "features"), ("pca", "pca")):
        theirs, ours = (parquet.read_table(place / table)[column] for place in (same, result))
        assert theirs.equals(ours)
        assert len(theirs) == 60
    spectra = [(place / "model" / "eigenvalues.npy").read_bytes() for place in (same, result)]
    assert spectra[0] == spectra[1]


def test_a_hostile_library_path_does_no_harm(unpacked, orchard, tmp_path):
    hostile = tmp_path / "hostile"
    hostile.mkdir()
    names = [file.name for file in libraries_of(unpacked)[1:]]
    for name in [*names, "libcrypto.so.3", "libjpeg.so.62", "libz.so.1", "libexpat.so.1"]:
        (hostile / name).write_text("no library\n")
    place = {"LD_LIBRARY_PATH": str(hostile)}
    run_here(unpacked, "run", orchard, tmp_path / "out", "--weights", UNTRAINED, **place)


def test_a_python_with_another_arrow_starts_it(unpacked, orchard, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "pyarrow==18.1.0"], check=True)
    script = """
import os, subprocess, sys
import pyarrow, pyarrow.fs, pyarrow.parquet
assert pyarrow.__version__.startswith("18."), pyarrow.__version__
os.environ["LD_LIBRARY_PATH"] = os.path.dirname(pyarrow.__file__)
sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""
    output = tmp_path / "out"
    command = [unpacked / "bin" / "verger", "run", orchard, output, "--weights", UNTRAINED]
    subprocess.run([python, "-c", script, *command], check=True, capture_output=True)
    assert (output / "features" / "_SUCCESS").exists()


@pytest.mark.parametrize(
    "place",
    [
        "/etc/ssl/certs/ca-certificates.crt",  # Debian
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Red Hat, Amazon Linux
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",  # SUSE
    ],
)
def test_certificates_are_found_where_each_system_keeps_them(bare, s3, front, place):
    variables = s3.environment(endpoint=front.endpoint)
    look = ["inspect", "s3://absent/Results"]
    refused = run_bare(bare, *look, exit_code=3, **variables).stderr
    assert "no file of certificate authorities" in refused
    assert "SSL_CERT_FILE" in refused
    file = bare.write(place, front.authority.read_text())
    known = run_bare(bare, *look, exit_code=3, **variables).stderr
    file.unlink()
    assert "No result in s3://absent/Results" in known
