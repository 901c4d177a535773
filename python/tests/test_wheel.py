# SPDX-License-Identifier: Apache-2.0
"""The wheel serves on a machine that has nothing of the build."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest
from conftest import ROOT, UNTRAINED
from servers.bare_root import bare_root

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ONNX = ROOT / "tests/golden/features/tiny_nhwc.onnx"
# Prints a hash of the features and of the components, from photographs in the folder given.
SCRIPT = """
import hashlib, pathlib, sys, warnings
import verger
warnings.simplefilter("ignore")
assert not [name for name in sys.modules if name.split(".")[0] in ("sklearn", "pyarrow", "pandas")]
paths = sorted(pathlib.Path(sys.argv[1]).rglob("*.jpg"), key=lambda path: str(path).encode())
features = verger.Featurizer(sys.argv[2]).transform(paths)
pca = verger.VariancePCA().fit(features)
print(hashlib.sha256(features.tobytes() + pca.components_.tobytes()).hexdigest())
print(verger.__file__)
"""


def run(*command, **keywords):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **keywords)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def clean_environment(**more):
    """Without the build tree's package."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, **more}


def hash_by(python, orchard, **environment):
    """Run the script away from the sources; its hash, and where the package was."""
    command = [python, "-c", SCRIPT, orchard, UNTRAINED]
    return run(*command, cwd=orchard, env=clean_environment(**environment)).splitlines()


def load_onnx(python, folder, **environment):
    """Load another network than MobileNetV2, away from the sources."""
    script = f"import verger; verger.Featurizer(model={str(ONNX)!r}).load()"
    keywords = {"cwd": folder, "env": clean_environment(**environment)}
    command = [python, "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=False, **keywords)


@pytest.fixture(scope="module")
def expected(orchard):
    """What the build tree computes."""
    return hash_by(sys.executable, orchard, PYTHONPATH=str(ROOT / "build/release/python"))[0]


def pins_of(requirements):
    """Requirements of one version: {name: version}."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", requirements, re.MULTILINE))


def test_the_wheels_it_needs_are_those_of_the_lock():
    lock = pins_of((ROOT / "deps/python/core.lock").read_text())
    onnx = PROJECT["project"]["optional-dependencies"]["onnx"]
    assert pins_of("\n".join(onnx)) == {"openvino": lock["openvino"]}
    names = ("openvino", "plotly", "pyarrow", "scipy-openblas32")
    required = pins_of("\n".join(PROJECT["build-system"]["requires"]))
    assert required == {name: lock[name] for name in names}


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_it_holds_what_it_should_and_no_more(wheel):
    assert re.search(r"manylinux_2_34_\w+\.whl$", wheel.name)
    names = zipfile.ZipFile(wheel).namelist()
    libraries = [name for name in names if re.search(r"\.so[.\d]*$", name)]
    assert sorted(re.match(r".*?/(lib)?([a-z0-9_]+)[^/]*$", name)[2] for name in libraries) == [
        "_verger", "arrow", "arrow_s3", "crypto", "jpeg", "parquet", "scipy_openblas",
        "ssl", "verger_onnx",
    ]  # fmt: skip
    bundled = (ROOT / "deps/bundled.txt").read_text()
    licenses = re.findall(r"verger/licenses/(.+)\.txt", "\n".join(names))
    assert sorted(licenses) == sorted(re.findall(r"^[a-z]+:(\S+)", bundled, re.MULTILINE))
    for part in ("__init__.py", "py.typed", "_verger.pyi", "bin/verger"):
        assert f"verger/{part}" in names
    assert not [name for name in names if name.endswith((".cc", ".h", ".a"))]


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_any_python_has_all_but_the_native_module(wheel, tmp_path):
    (path,) = (wheel.parent / "any").glob("verger-*-py3-none-manylinux_2_34_*.whl")
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    programs = tmp_path / "venv" / "bin"
    run(programs / "python", "-m", "pip", "install", "--quiet", "--no-index", path)
    version = run(programs / "verger", "--version")
    keywords = {"cwd": tmp_path, "env": clean_environment()}
    assert run(programs / "verger-spark", "--version", **keywords) == version
    script = "import verger.spark.job, verger; print('verger', verger.__version__)"
    assert run(programs / "python", "-c", script, **keywords) == version


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_the_lines_of_the_docs_install_it(wheel):
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    text = "\n".join(page.read_text() for page in pages)
    lines_in = re.findall(r"^pip install [^#\n]*verger[^#\n]*", text, re.MULTILINE)
    lines = {line.strip() for line in lines_in}
    assert len(lines) >= 4
    install = f"{sys.executable} -m pip install --dry-run --no-deps --no-index"
    for line in lines:
        done = run("bash", "-c", line.replace("pip install", install) + " 2>&1", cwd=ROOT)
        assert "Would install verger" in done, line
        assert "does not provide" not in done, line


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_its_symbols_are_old_enough_for_amazon_linux_2023(wheel):
    check = [ROOT / ".venv/wheel/bin/python", ROOT / "tools/check_symbols.py"]
    checked = run(*check, wheel)
    for part in ("_verger", "bin/verger", "lib/verger/libarrow_s3"):
        assert f"verger/{part}" in checked
    done = subprocess.run([*check, "--glibc", "2.2", wheel], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"TOO NEW: at most 2.2" in done.stdout


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The Python of a fresh environment into which pip installed the wheel."""
    place = tmp_path_factory.mktemp("installed") / "an environment"
    run(sys.executable, "-m", "venv", place)
    python = place / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel)
    return python


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_a_fresh_environment_computes_the_same_bits(installed, expected, orchard):
    actual, place = hash_by(installed, orchard)
    assert place.startswith(str(installed.parent.parent))
    assert actual == expected


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_the_program_comes_with_it(installed, tmp_path):
    def verger(*arguments, exit_code=0):
        command = [installed.parent / "verger", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, check=False)
        assert done.returncode == exit_code, done.stderr
        return done

    verger("sample", "Orchard", "--images", "24", "--classes", "3")
    verger("run", "Orchard", "Results", "--weights", UNTRAINED)
    verger("inspect", "Results")
    verger("inspect", "absent", exit_code=3)
    moved = installed.parent.parent.rename(tmp_path / "moved")
    program = next(moved.glob("lib/python3*/site-packages/verger/bin/verger"))
    run(program, "inspect", "Results", cwd=tmp_path, env={})
    moved.rename(installed.parent.parent)


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_a_bare_debian_with_python_runs_the_program(wheel, tmp_path):
    place = "/opt/a folder/environment"

    def inside(*command):
        done = root.run("env", "-C", "/opt/a folder", *command)
        assert done.returncode == 0, done.stdout + done.stderr

    with bare_root(tmp_path) as root:
        (root.folder / "opt/a folder").mkdir()
        shutil.copy(wheel, root.folder / "opt/a folder")
        inside("apt-get", "-qq", "update")
        inside("apt-get", "-qq", "install", "--no-install-recommends", "python3-venv")
        inside("python3", "-m", "venv", place)
        inside(f"{place}/bin/pip", "install", "--quiet", wheel.name)
        for command in (["sample", "Orchard"], ["run", "Orchard", "Results"]):
            weights = ["--weights", UNTRAINED] if "run" in command else []
            inside("env", "-i", f"{place}/bin/verger", *command, *weights)


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_openvino_is_an_extra_of_both(wheel, installed, orchard, tmp_path):
    def run_program():
        command = [installed.parent / "verger", "extract", orchard, tmp_path / "out"]
        command += ["--model", ONNX]
        return subprocess.run(command, env={}, capture_output=True, text=True, check=False)

    refused = load_onnx(installed, tmp_path), run_program()
    assert [done.returncode for done in refused] == [1, 4]
    for done in refused:
        assert "needs OpenVINO" in done.stderr.splitlines()[-1]
        assert "pip install 'verger[onnx]'" in done.stderr.splitlines()[-1]
    pip = [installed, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, f"{wheel}[onnx]")
    assert load_onnx(installed, tmp_path).returncode == 0
    assert run_program().returncode == 0


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_openvino_may_be_in_another_folder_of_packages(wheel, expected, orchard, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    actual, place = hash_by(sys.executable, orchard, PYTHONPATH=str(tmp_path))
    assert place.startswith(str(tmp_path))
    assert actual == expected
    assert load_onnx(sys.executable, tmp_path, PYTHONPATH=str(tmp_path)).returncode == 0
