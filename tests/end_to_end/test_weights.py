# SPDX-License-Identifier: Apache-2.0
"""`verger weights`: which file a run would use, where it comes from, whether it is good."""

import hashlib
import json
import os
import re
import shutil

import pytest

OFFICIAL = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224"
WITH_TOP, NO_TOP = f"{OFFICIAL}.h5", f"{OFFICIAL}_no_top.h5"
ADDRESS = f"https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/{WITH_TOP}"
NOT_SEARCHED = re.compile(r"(?i)^(HOME|KERAS_HOME|VERGER_WEIGHTS|(https?|all|no)_proxy)$")


@pytest.fixture
def home(tmp_path):
    """An environment whose home is empty and whose network is unplugged."""
    env = {name: value for name, value in os.environ.items() if not NOT_SEARCHED.match(name)}
    # Nothing listens behind port 1, so no request leaves the machine.
    return env | {"HOME": str(tmp_path), "https_proxy": "http://127.0.0.1:1"}


@pytest.fixture
def cache(home, tmp_path):
    """Keras' cache in that home."""
    folder = tmp_path / ".keras" / "models"
    folder.mkdir(parents=True)
    return folder


def sentence(process):
    """The one line that says what is wrong."""
    lines = process.stderr.splitlines()
    assert lines[-1].startswith("verger: error: ")
    assert lines[-1].endswith(".")
    assert sum("error" in line for line in lines) == 1
    return lines[-1]


def test_path_without_weights_says_what_to_get_and_where_to_put_it(verger, home, tmp_path):
    process = verger("weights", "path", env=home, exit_code=4)
    said = sentence(process)
    assert WITH_TOP in said
    assert ADDRESS in said
    assert f"{tmp_path}/.keras/models" in said
    assert not process.stdout


@pytest.mark.parametrize("command", [("weights", "fetch"), ("weights", "fetch", "--json")])
def test_fetch_without_a_network_says_the_same_and_leaves_nothing(verger, home, tmp_path, command):
    process = verger(*command, env=home, exit_code=4)
    said = sentence(process)
    assert WITH_TOP in said
    assert ADDRESS in said
    assert f"{tmp_path}/.keras/models" in said
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_run_without_weights_or_network_says_the_same(verger, home, orchard, tmp_path):
    process = verger("run", orchard, tmp_path / "out", env=home, exit_code=4)
    assert ADDRESS in sentence(process)
    assert not (tmp_path / "out").exists()


def test_the_cache_is_searched(verger, home, cache):
    (cache / NO_TOP).write_bytes(b"x")
    assert verger("weights", "path", env=home).stdout == f"{cache / NO_TOP}\n"
    (cache / WITH_TOP).write_bytes(b"x")
    assert verger("weights", "path", env=home).stdout == f"{cache / WITH_TOP}\n"


def test_keras_home_moves_the_cache(verger, home, tmp_path):
    (tmp_path / "elsewhere" / "models").mkdir(parents=True)
    (tmp_path / "elsewhere" / "models" / WITH_TOP).write_bytes(b"x")
    process = verger("weights", "path", env=home | {"KERAS_HOME": str(tmp_path / "elsewhere")})
    assert process.stdout == f"{tmp_path}/elsewhere/models/{WITH_TOP}\n"


def test_the_variable_goes_before_the_cache(verger, home, cache, tmp_path):
    (cache / WITH_TOP).write_bytes(b"x")
    (tmp_path / "mine.h5").write_bytes(b"x")
    env = home | {"VERGER_WEIGHTS": str(tmp_path / "mine.h5")}
    process = verger("weights", "path", "--json", env=env)
    assert json.loads(process.stdout) == {"path": str(tmp_path / "mine.h5")}


def test_a_variable_that_points_nowhere_is_an_error(verger, home, cache):
    (cache / WITH_TOP).write_bytes(b"x")
    process = verger("weights", "path", env=home | {"VERGER_WEIGHTS": "/no/such.h5"}, exit_code=4)
    assert "/no/such.h5" in sentence(process)
    assert "$VERGER_WEIGHTS" in sentence(process)


def test_check_describes_real_weights(verger, home, real_weights):
    process = verger("weights", "check", real_weights, "--json", env=home)
    report = json.loads(process.stdout)
    assert report["path"] == str(real_weights)
    assert report["model"] == "MobileNetV2 1.0 224"
    assert report["sha256"] == hashlib.sha256(real_weights.read_bytes()).hexdigest()
    assert report["layers"] == 52
    assert report["width"] == 1280
    assert report["untrained"] is False
    text = verger("weights", "check", real_weights, env=home).stdout
    assert report["sha256"] in text
    assert "1,280 features" in text


def test_check_takes_what_path_finds(verger, home, real_weights, tmp_path):
    env = home | {"VERGER_WEIGHTS": str(real_weights)}
    report = json.loads(verger("weights", "check", "--json", env=env).stdout)
    assert report["path"] == str(real_weights)
    assert "official" in report
    assert verger("weights", "check", env=home, exit_code=4).stdout == ""
    assert not list(tmp_path.rglob("*.h5"))


def test_damaged_weights_are_unusable(verger, home, real_weights, tmp_path):
    cut = tmp_path / "cut.h5"
    cut.write_bytes(real_weights.read_bytes()[:100_000])
    assert "cut.h5" in sentence(verger("weights", "check", cut, env=home, exit_code=4))


def test_another_file_under_the_official_name_is_unusable(verger, home, cache, real_weights):
    shutil.copy(real_weights, cache / WITH_TOP)
    process = verger("weights", "check", env=home, exit_code=4)
    assert WITH_TOP in sentence(process)
    assert "SHA-256" in sentence(process)
