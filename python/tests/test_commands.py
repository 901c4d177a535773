# SPDX-License-Identifier: Apache-2.0
"""The program's commands as functions: keywords, progress, interruptions, results, errors."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
import verger as package
from conftest import ROOT, UNTRAINED
from storage.results import content, leftovers

pytestmark = pytest.mark.filterwarnings("ignore:UNTRAINED")
PACKAGE = ROOT / "build" / "release" / "python"


@pytest.fixture(scope="module")
def made(orchard, tmp_path_factory):
    """What `verger.run` makes of the orchard, in as many parts as the fixture `result`."""
    output = tmp_path_factory.mktemp("made") / "Results"
    return package.run(orchard, output, weights=UNTRAINED, parts=4, progress=False)


def test_a_run_is_that_of_the_program(made, verger, result, tmp_path):
    assert content(Path(made.output)) == content(result)
    assert not leftovers(Path(made.output))
    record = json.loads(Path(made.output, "_verger/run.json").read_text())
    assert made.record == record
    verger("inspect", made.output)


def test_a_result_tells_its_counts_and_its_places(made, orchard):
    listed = len(list(orchard.rglob("*.jpg")))
    assert made.counts == package.Counts(listed=listed, features=listed, rejected=0)
    assert made.state == "done"
    assert made.k == made.record["reduction"]["k"] > 1
    places = [made.places.features, made.places.pca, made.places.model, made.places.report]
    assert all(Path(place).exists() for place in places)
    assert f"{listed} with features + 0 rejected, k={made.k}" in repr(made)
    again = package.Result(made.output)
    assert repr(again) == f"Result({made.output!r})"
    assert (again.counts, again.k, again.places) == (made.counts, made.k, made.places)
    assert os.fspath(made) == made.output
    with pytest.raises(FileNotFoundError, match="no output of 'verger run' in nowhere"):
        package.Result("nowhere").record  # noqa: B018


@pytest.mark.parametrize(
    ("options", "recorded"),
    [
        ({"components": 5, "standardize": False}, {"components": 5, "standardize": False}),
        ({"recursive": True, "overwrite": False, "variance": None}, {"variance": 0.95}),
        ({"exclude": ["*_0*", "none"], "layout": "notebook"}, {"exclude": ["*_0*", "none"]}),
    ],
)
def test_keywords_are_the_programs_options(orchard, tmp_path, options, recorded):
    done = package.run(orchard, tmp_path / "out", weights=UNTRAINED, progress=False, **options)
    assert {name: done.record["options"][name] for name in recorded} == recorded


def test_the_halves_and_apply_are_the_programs(made, orchard, tmp_path):
    halves = package.extract(orchard, tmp_path / "E", weights=UNTRAINED, parts=4, progress=False)
    assert halves.k is None
    assert package.reduce(halves, progress=False).k == made.k
    assert content(tmp_path / "E") == content(Path(made.output))
    apart = package.reduce(halves, tmp_path / "apart", components=3, progress=False)
    assert (apart.output, apart.k) == (str(tmp_path / "apart"), 3)
    applied = package.apply(orchard, tmp_path / "A", model=made, weights=UNTRAINED, progress=False)
    assert applied.counts == made.counts


def test_an_update_does_what_is_to_do(orchard, tmp_path):
    photographs = shutil.copytree(orchard, tmp_path / "Test")
    places = [photographs, tmp_path / "out"]
    package.run(*places, weights=UNTRAINED, progress=False)
    assert package.update(*places, weights=UNTRAINED, progress=False).state == "unchanged"
    first, second, *_ = sorted(photographs.rglob("*.jpg"))
    shutil.copy(second, first)
    updated = package.update(*places, weights=UNTRAINED, refit="never", progress=False)
    assert updated.record["update"]["changed"] == 1


def test_an_inspection_tells_the_fault(made, tmp_path):
    whole = package.inspect(made, rows=2, progress=False)
    assert whole.ok
    assert whole.faults == []
    assert len(whole.document["head"]) == 2
    damaged = shutil.copytree(made.output, tmp_path / "damaged")
    part = next((damaged / "features").glob("part-*"))
    part.write_bytes(part.read_bytes()[:-1])
    faulty = package.inspect(damaged, progress=False)
    assert not faulty.ok
    assert part.name in " ".join(faulty.faults)


def test_what_is_wrong_with_a_place_names_it_as_it_was_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OSError, match=r"^Cannot list Nowhere: no such file or directory\.$"):
        package.run("Nowhere", "out", weights=UNTRAINED, progress=False)
    with pytest.raises(OSError, match=rf"^Cannot list {tmp_path}/Nowhere: no such"):
        package.run(tmp_path / "Nowhere", "out", weights=UNTRAINED, progress=False)
    with pytest.raises(OSError, match=r"^No result in \./Nowhere: "):
        package.inspect("./Nowhere", progress=False)


def test_copies_are_found(orchard, tmp_path):
    photographs = shutil.copytree(orchard, tmp_path / "Test")
    first = sorted(photographs.rglob("*.jpg"))[0]
    shutil.copy(first, first.with_name("copy.jpg"))
    done = package.run(photographs, tmp_path / "out", weights=UNTRAINED, progress=False)
    (group,) = package.duplicates(done, progress=False)["groups"]
    paths = {image["path"] for image in group["images"]}
    assert paths == {f"file:{first}", f"file:{first.with_name('copy.jpg')}"}


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"colour": 3}, ValueError, "colour"),
        ({"variance": 1.5}, ValueError, r"^variance must be .*1\.5\.$"),
        ({"resume": True, "overwrite": True}, ValueError, "overwrite and resume exclude"),
        ({"log_format": "xml"}, ValueError, "log_format must be text or json"),
        ({"weights": "absent.h5"}, package.ModelError, r"absent\.h5"),
        ({"pattern": "*.bmp"}, OSError, r"No file named '\*\.bmp'"),
        ({"help": True}, ValueError, "has no option help"),
    ],
)
def test_what_is_wrong_is_one_sentence_before_anything_is_written(
    orchard, tmp_path, options, error, message
):
    with pytest.raises(error, match=message) as raised:
        package.run(
            orchard, tmp_path / "out", **{"weights": UNTRAINED, "progress": False} | options
        )
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_places_are_words_and_no_options(orchard, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "--photographs").symlink_to(orchard)
    done = package.run("--photographs", "--out", weights=UNTRAINED, progress=False)
    assert (tmp_path / "--out" / "_SUCCESS").exists()
    assert package.inspect(done, progress=False).ok


def test_warnings_are_pythons_and_name_the_line_that_called(orchard, tmp_path):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        package.extract(orchard, tmp_path / "out", weights=UNTRAINED, progress=False)
    (untrained,) = caught
    assert str(untrained.message).startswith("UNTRAINED WEIGHTS")
    assert untrained.filename == __file__


def test_progress_is_told_in_lines_or_in_json(orchard, tmp_path, capsys):
    package.extract(orchard, tmp_path / "quiet", weights=UNTRAINED, progress=False)
    assert capsys.readouterr() == ("", "")
    package.extract(orchard, tmp_path / "text", weights=UNTRAINED)
    out, err = capsys.readouterr()
    assert out == ""
    assert any(line.startswith("verger: extract  60 images in ") for line in err.splitlines())
    package.extract(orchard, tmp_path / "json", weights=UNTRAINED, log_format="json")
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    # Others are told of where they take a second.
    told = [event for event in events if event.get("stage", "extract") == "extract"]
    kinds = [event["event"] for event in told if event["event"] != "progress"]
    assert kinds == ["warning", "stage", "summary"]


def run_elsewhere(tmp_path, verger, **variables):
    """Start a long `verger.run` in a Python of its own; return it once a shard is finished."""
    images, output = tmp_path / "Test", tmp_path / "out"
    verger("sample", images, "--images", 240, "--classes", 4, "--seed", 2)
    # Where this is the child of a shell's background job, interrupts are ignored.
    script = (
        "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"import verger\nverger.run({str(images)!r}, {str(output)!r}, weights={UNTRAINED!r}, "
        "parts=24, threads=1)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(PACKAGE), **variables}, start_new_session=True,
    )  # fmt: skip
    shards = output / "_verger" / "shards"
    while process.poll() is None and len(list(shards.glob("0*.json"))) < 2:
        time.sleep(0.02)
    assert process.poll() is None, process.communicate()
    return process, images, output


def test_an_interrupt_leaves_a_run_that_is_resumed(verger, tmp_path):
    process, images, output = run_elsewhere(tmp_path, verger)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert err.splitlines()[-1] == "KeyboardInterrupt"
    assert "go on with" in err
    assert not (output / "_SUCCESS").exists()
    assert not leftovers(output)
    resumed = package.run(
        images, output, weights=UNTRAINED, parts=24, resume=True, progress=False
    )  # fmt: skip
    assert resumed.record["shards"]["resumed"] >= 2
    assert package.inspect(output, progress=False).ok


def test_the_program_ends_with_the_python_that_called_it(verger, tmp_path):
    process, images, output = run_elsewhere(tmp_path, verger)
    process.kill()
    process.communicate(timeout=60)
    deadline = time.monotonic() + 60
    leases = output / "_verger" / "leases"
    while list(leases.glob("*.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not list(leases.glob("*.json"))
    assert not leftovers(output)
    assert not (output / "_SUCCESS").exists()
    package.run(images, output, weights=UNTRAINED, parts=24, resume=True, progress=False)


def cell_outputs(source, **options):
    """What a cell leaves when a notebook's kernel runs it."""
    import nbclient  # noqa: PLC0415 - not in .venv/core
    import nbformat  # noqa: PLC0415

    cell = nbformat.v4.new_code_cell(source)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbclient.NotebookClient(notebook, kernel_name="python3", **options).execute()
    return notebook.cells[0].outputs


@pytest.mark.heavy
def test_a_notebooks_cell_shows_one_line_and_the_result(orchard, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(PACKAGE))
    run = f"verger.run({str(orchard)!r}, {str(tmp_path / 'out')!r}, weights={UNTRAINED!r})"
    outputs = cell_outputs(f"import verger\n{run}", timeout=120)
    lines = [o.data["text/plain"] for o in outputs if o.output_type == "display_data"]
    assert [line.partition(" in ")[0] for line in lines if " in " in line] == [
        "verger: extract  60 images", "verger: project  24 parts",
    ]  # fmt: skip
    (shown,) = [o.data["text/plain"] for o in outputs if o.output_type == "execute_result"]
    assert "60 with features + 0 rejected, k=" in shown
    (warned,) = [o.text for o in outputs if o.output_type == "stream"]
    assert "UserWarning: UNTRAINED WEIGHTS" in warned


@pytest.mark.heavy
def test_a_notebooks_interrupt_leaves_a_run_that_is_resumed(verger, tmp_path, monkeypatch):
    import nbclient  # noqa: PLC0415 - not in .venv/core

    monkeypatch.setenv("PYTHONPATH", str(PACKAGE))
    images, output = tmp_path / "Test", tmp_path / "out"
    verger("sample", images, "--images", 240, "--classes", 4, "--seed", 2)
    options = {"weights": UNTRAINED, "parts": 24, "threads": 1}
    source = f"""
import os, pathlib, signal, threading, time, verger

def interrupt():  # as Jupyter does: by SIGINT
    while len(list(pathlib.Path({str(output)!r}).glob("_verger/shards/0*.json"))) < 2:
        time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt).start()
verger.run({str(images)!r}, {str(output)!r}, **{options!r})
"""
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="KeyboardInterrupt"):
        cell_outputs(source, timeout=120)
    assert not (output / "_SUCCESS").exists()
    assert not leftovers(output)
    resumed = package.run(images, output, **options, resume=True, progress=False)
    assert resumed.record["shards"]["resumed"] >= 2
