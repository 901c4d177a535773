"""The wheel serves on a machine that has nothing of the build."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile

import pytest
from conftest import ROOT, UNTRAINED

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
def wheel():
    """The wheel that `make wheel` builds."""
    run("tools/wheel.sh", cwd=ROOT, env={**os.environ, "PYTHON": sys.executable})
    (path,) = (ROOT / "dist").glob("verger-*.whl")
    return path


@pytest.fixture(scope="module")
def expected(orchard):
    """What the build tree computes."""
    return hash_by(sys.executable, orchard, PYTHONPATH=str(ROOT / "build/release/python"))[0]


def pins_of(requirements):
    """Requirements of one version: {name: version}."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", requirements, re.MULTILINE))


def test_the_wheels_it_needs_are_those_of_the_lock():
    lock = pins_of((ROOT / "deps/python/core.lock").read_text())
    openblas = {"scipy-openblas32": lock["scipy-openblas32"]}
    openvino = {"openvino": lock["openvino"]}
    project = PROJECT["project"]
    assert pins_of("\n".join(project["dependencies"])) == openblas
    assert pins_of("\n".join(project["optional-dependencies"]["onnx"])) == openvino
    assert pins_of("\n".join(PROJECT["build-system"]["requires"])) == openblas | openvino


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_it_holds_what_it_should_and_no_more(wheel):
    assert re.search(r"manylinux_2_34_\w+\.whl$", wheel.name)
    names = zipfile.ZipFile(wheel).namelist()
    libraries = [name for name in names if re.match(r"verger\.libs/lib", name)]
    assert sorted(re.findall(r"verger\.libs/lib([a-z]+)", "\n".join(libraries))) == [
        "crypto",
        "jpeg",
    ]
    assert len([name for name in names if re.match(r"verger/licenses/.+\.txt", name)]) == 2
    for part in ("verger/__init__.py", "verger/py.typed", "verger/_verger.pyi"):
        assert part in names
    assert not [name for name in names if name.endswith((".cc", ".h", ".a"))]


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_the_lines_of_the_docs_install_it(wheel):
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    text = "\n".join(page.read_text() for page in pages)
    lines = set(re.findall(r"^pip install [^#\n]*verger[^#\n]*", text, re.MULTILINE))
    assert len(lines) >= 4
    install = f"{sys.executable} -m pip install --dry-run --no-deps --no-index"
    for line in lines:
        done = run("bash", "-c", line.replace("pip install", install), cwd=ROOT)
        assert "Would install verger" in done, line


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_its_symbols_are_old_enough_for_amazon_linux_2023(wheel):
    check = [ROOT / ".venv/wheel/bin/python", ROOT / "tools/check_symbols.py"]
    assert "verger.libs/libcrypto" in run(*check, wheel)
    done = subprocess.run([*check, "--glibc", "2.2", wheel], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"TOO NEW: at most 2.2" in done.stdout


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_a_fresh_environment_computes_the_same_bits(wheel, expected, orchard, tmp_path):
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel)
    found, place = hash_by(python, orchard)
    assert place.startswith(str(tmp_path))
    assert found == expected
    refused = load_onnx(python, tmp_path)
    assert refused.returncode == 1
    assert "needs OpenVINO" in refused.stderr.splitlines()[-1]
    assert "pip install 'verger[onnx]'" in refused.stderr.splitlines()[-1]
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{wheel}[onnx]")
    assert load_onnx(python, tmp_path).returncode == 0


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_the_libraries_may_be_in_another_folder_of_packages(wheel, expected, orchard, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    found, place = hash_by(sys.executable, orchard, PYTHONPATH=str(tmp_path))
    assert place.startswith(str(tmp_path))
    assert found == expected
    assert load_onnx(sys.executable, tmp_path, PYTHONPATH=str(tmp_path)).returncode == 0
