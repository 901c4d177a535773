# SPDX-License-Identifier: Apache-2.0
"""A bad argument, file or model: the documented exit code, one sentence, nothing left behind."""

import subprocess

import pytest
from conftest import UNTRAINED

NETWORK = ("--weights", UNTRAINED)

# command line after `verger run INPUT OUTPUT`, exit code, what the sentence must name
BAD_FLAGS = [
    (("--variance", "0"), 2, "--variance"),
    (("--variance", "1.5"), 2, "1.5"),
    (("--variance", "nan"), 2, "--variance must be above 0 and at most 1, not nan"),
    (("--variance", "much"), 2, "much"),
    (("--components", "0"), 2, "--components"),
    (("--components", "61"), 2, "61"),
    (("--components", "3", "--variance", "0.9"), 2, "--components"),
    (("--parts", "0"), 2, "--parts must be between 1 and 100,000, not 0"),
    (("--threads", "-1"), 2, "--threads"),
    (("--max-pixels", "0"), 2, "--max-pixels"),
    (("--precision", "f64"), 2, "f64"),
    (("--layout", "csv"), 2, "--layout must be tables or notebook, not 'csv'"),
    (("--pattern", "a/b.jpg"), 2, "a/b.jpg"),
    (("--pattern", "*.tiff"), 3, "*.tiff"),
    (("--no-such-flag",), 2, "--no-such-flag"),
]


def sentence(process):
    """The error, which must be the only line that says so."""
    lines = [line for line in process.stderr.splitlines() if "error" in line]
    assert len(lines) == 1, process.stderr
    assert lines[0].startswith("verger: error: ")
    assert lines[0].endswith(".")
    return lines[0]


@pytest.mark.parametrize("case", BAD_FLAGS, ids=lambda case: " ".join(case[0]))
def test_bad_flags(verger, orchard, tmp_path, case):
    flags, code, named = case
    out = tmp_path / "out"
    process = verger("run", orchard, out, *NETWORK, *flags, exit_code=code)
    assert named in sentence(process)
    assert not list(out.rglob("_SUCCESS"))


def test_too_many_components_leave_no_table_that_looks_finished(verger, orchard, tmp_path):
    out = tmp_path / "out"
    verger("run", orchard, out, *NETWORK, "--components", 1281, exit_code=2)
    assert not list(out.rglob("_SUCCESS"))
    assert not (out / "pca").exists()


@pytest.mark.parametrize("missing", ["nowhere", "empty"])
def test_missing_and_empty_input(verger, tmp_path, missing):
    (tmp_path / "empty").mkdir()
    process = verger("run", tmp_path / missing, tmp_path / "out", *NETWORK, exit_code=3)
    assert missing in sentence(process)
    assert not (tmp_path / "out").exists()


def test_an_output_with_foreign_files_is_refused_and_kept(verger, orchard, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.tex").write_text("years of work")
    process = verger("run", orchard, out, *NETWORK, exit_code=3)
    assert "--overwrite" in sentence(process)
    verger("run", orchard, out, *NETWORK, "--overwrite")
    mine = ["thesis.tex", "model/config.json", "model/weights.npy"]
    for name in mine[1:]:
        (out / "model").mkdir(exist_ok=True)
        (out / name).write_text("years of work")
    for _ in range(2):
        verger("run", orchard, out, *NETWORK, "--overwrite")
        assert {(out / name).read_text() for name in mine} == {"years of work"}


@pytest.mark.parametrize(
    "name", ["features/part-mine.parquet", "rejected/notes.txt", "report.html", "model/model.json"]
)
def test_foreign_files_where_a_run_writes_refuse_it_and_are_kept(verger, orchard, tmp_path, name):
    precious = tmp_path / "out" / name
    precious.parent.mkdir(parents=True)
    precious.write_text("years of work")
    process = verger("run", orchard, tmp_path / "out", *NETWORK, "--overwrite", exit_code=3)
    assert f"{name}, which no run of verger is known to have written" in sentence(process)
    assert precious.read_text() == "years of work"
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == [precious]


def test_what_lies_behind_a_link_is_kept(verger, orchard, tmp_path):
    verger("run", orchard, tmp_path / "elsewhere", *NETWORK)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "features").symlink_to(tmp_path / "elsewhere" / "features")
    process = verger("run", orchard, tmp_path / "out", *NETWORK, "--overwrite", exit_code=3)
    assert "features is a link to another place" in sentence(process)
    verger("inspect", tmp_path / "elsewhere")


def test_an_output_that_cannot_be_a_folder(verger, orchard, tmp_path):
    (tmp_path / "file").write_text("")
    process = verger("run", orchard, tmp_path / "file" / "out", *NETWORK, exit_code=3)
    assert str(tmp_path / "file") in sentence(process)


def test_bad_weights(verger, orchard, tmp_path):
    garbage = tmp_path / "garbage.h5"
    garbage.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(1000))
    for weights, named in ((garbage, "garbage.h5"), (tmp_path / "absent.h5", "absent.h5")):
        process = verger("run", orchard, tmp_path / "out", "--weights", weights, exit_code=4)
        assert named in sentence(process)
    process = verger("run", orchard, tmp_path / "out", "--weights", "untrained:x", exit_code=2)
    assert "untrained" in sentence(process)
    assert not (tmp_path / "out").exists()


def test_bad_onnx_model(verger, orchard, tmp_path):
    garbage = tmp_path / "garbage.onnx"
    garbage.write_bytes(b"not a model")
    process = verger("run", orchard, tmp_path / "out", "--model", garbage, exit_code=4)
    assert "garbage.onnx" in sentence(process)
    assert not (tmp_path / "out").exists()


def test_a_model_folder_without_a_model(verger, orchard, tmp_path):
    flags = ("--model", tmp_path, *NETWORK)
    process = verger("apply", orchard, tmp_path / "out", *flags, exit_code=4)
    assert str(tmp_path) in sentence(process)


def test_reduce_without_features(verger, tmp_path):
    process = verger("reduce", tmp_path, exit_code=3)
    assert "features" in sentence(process)


def test_inspect_shows_no_negative_number_of_rows(verger, result):
    assert "--rows" in sentence(verger("inspect", result, "--rows", "-1", exit_code=2))


def test_inspect_of_nothing(verger, tmp_path):
    process = verger("inspect", tmp_path, exit_code=3)
    assert str(tmp_path) in sentence(process)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 1 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", disk], check=True)
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.parametrize("layout", ["tables", "notebook"])
def test_a_full_disk(verger, orchard, small_disk, layout):
    out = small_disk / "out"
    flags = (*NETWORK, "--layout", layout)
    process = verger("run", orchard, out, *flags, exit_code=3)
    assert "no space left on device" in sentence(process)
    assert not list(out.rglob("_SUCCESS"))


def test_an_unknown_command(verger):
    said = "'verger' has no command 'harvest'; 'verger --help' lists them."
    assert said in sentence(verger("harvest", exit_code=2))


def test_errors_are_json_when_logs_are(verger, tmp_path):
    flags = ("--log-format", "json", *NETWORK)
    process = verger("run", tmp_path / "nowhere", tmp_path / "out", *flags, exit_code=3)
    assert '"event":"error"' in process.stderr.splitlines()[-1].replace(" ", "")
