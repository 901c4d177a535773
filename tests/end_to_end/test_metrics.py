# SPDX-License-Identifier: Apache-2.0
"""`--metrics`: what a file and a port tell of a run is what its record says."""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from conftest import UNTRAINED
from prometheus_client.parser import text_string_to_metric_families

STATES = {"running", "done", "failed", "interrupted"}


def samples(text):
    """A dictionary from a sample's name and labels to its value; every family has its type."""
    values = {}
    for family in text_string_to_metric_families(text):
        assert family.type in ("counter", "gauge"), family
        assert family.documentation
        for sample in family.samples:
            key = (sample.name, *sorted(sample.labels.items()))
            assert key not in values
            values[key] = sample.value
    return values


def images(values):
    return [values["verger_images_total", ("outcome", o)] for o in ("features", "rejected")]


def states(values):
    return {key[1][1] for key, value in values.items() if key[0] == "verger_run_state" and value}


def record(output):
    return json.loads((output / "_verger" / "run.json").read_text())


def assert_times_reconcile(values, output):
    pipeline = record(output)["pipeline"]
    assert values["verger_bytes_read_total",] == pipeline["bytes"]
    for stage in ("fetch", "held", "starved", "decode", "infer", "write"):
        told = values["verger_stage_seconds_total", ("stage", stage)]
        assert told == pytest.approx(pipeline[f"{stage}_seconds"], abs=1e-6)


@pytest.fixture(scope="module")
def photographs(orchard, tmp_path_factory):
    """The orchard and a file that is no image, in a folder whose name needs escaping."""
    folder = tmp_path_factory.mktemp("metrics") / 'a "b" \\ c'
    shutil.copytree(orchard, folder)
    (folder / "broken.jpg").write_bytes(b"no image")
    return folder


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_a_file_tells_what_the_record_says(verger, photographs, tmp_path):
    file, output = tmp_path / "run.prom", tmp_path / "out"
    verger("run", photographs, output, "--weights", UNTRAINED, "--metrics", file)
    values = samples(file.read_text())
    counts = record(output)["counts"]
    assert images(values) == [counts["features"], counts["rejected"]] == [60, 1]
    assert values["verger_images_listed",] == counts["listed"]
    assert values["verger_components",] == record(output)["reduction"]["k"]
    assert states(values) == {"done"}
    assert {key[1][1] for key in values if key[0] == "verger_run_state"} == STATES
    run = ("command", "run"), ("input", str(photographs)), ("output", str(output))
    assert values["verger_run_info", *run] == 1
    assert_times_reconcile(values, output)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "run.prom"]
    # A node exporter, which collects such files, has these names for itself.
    assert not [key for key in values if key[0].startswith("process_")]


def test_a_live_run_is_scraped(program, photographs, tmp_path, port):
    command = [program, "extract", photographs, tmp_path / "out", "--weights", UNTRAINED]
    command += ["--threads", "1", "--metrics", f":{port}"]
    scrapes, others = [], set()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as run:
        while run.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as page:
                    assert page.headers["Content-Type"].startswith("text/plain; version=0.0.4")
                    scrapes.append(samples(page.read().decode()))
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)
            except urllib.error.HTTPError as answer:
                others.add(answer.code)
            except (urllib.error.URLError, ConnectionError):
                pass  # not yet there, or no longer
            time.sleep(0.01)
        assert run.returncode == 0, run.stderr.read()
    assert others == {404}
    done = [sum(images(values)) for values in scrapes]
    assert done == sorted(done)
    assert any(0 < count < 61 for count in done)
    assert any(states(values) == {"running"} for values in scrapes)
    assert all(values["process_resident_memory_bytes",] > 1e6 for values in scrapes)


def test_what_is_resumed_is_counted_apart(verger, photographs, tmp_path):
    file, output = tmp_path / "run.prom", tmp_path / "out"
    common = ["extract", photographs, output, "--weights", UNTRAINED, "--parts", 4]
    verger(*common)
    for mark in output.rglob("_SUCCESS"):
        mark.unlink()
    next((output / "features").glob("*.parquet")).unlink()
    verger(*common, "--resume", "--metrics", file)
    values = samples(file.read_text())
    shards = record(output)["shards"]
    assert 0 < values["verger_images_resumed",] == shards["resumed_images"] < 61
    total = sum(images(values)) + values["verger_images_resumed",]
    assert total == values["verger_images_listed",] == 61
    assert_times_reconcile(values, output)


def test_apply_and_reduce_have_metrics(verger, photographs, result, tmp_path):
    file = tmp_path / "run.prom"
    options = ["--weights", UNTRAINED, "--metrics", file]
    verger("apply", photographs, tmp_path / "out", "--model", result, *options)
    assert images(samples(file.read_text())) == [60, 1]
    verger("reduce", result, tmp_path / "reduced", "--metrics", file)
    values = samples(file.read_text())
    assert images(values) == [0, 0]
    assert values["verger_phase_items_done", ("phase", "project")] > 0
    assert [key[1] for key in values if key[0] == "verger_run_info"] == [("command", "reduce")]


def test_a_failure_is_told(verger, photographs, result, tmp_path):
    file = tmp_path / "run.prom"
    verger(
        "run", photographs, result, "--weights", UNTRAINED, "--metrics", file, exit_code=3
    )  # it holds a result
    values = samples(file.read_text())
    assert states(values) == {"failed"}
    assert values["verger_run_end_time_seconds",] >= values["verger_run_start_time_seconds",]


def test_a_port_in_use_is_refused_before_anything_is_written(verger, photographs, tmp_path, port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        options = ["--weights", UNTRAINED, "--metrics", f":{port}"]
        process = verger("run", photographs, tmp_path / "out", *options, exit_code=2)
    assert process.stderr == (
        f"verger: error: --metrics cannot listen on port {port} of 127.0.0.1 "
        "(Address already in use); give another port, or a file.\n"
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", [":0", ":99999", ":http", "s3://bucket/run.prom", "folder/"])
def test_a_place_that_is_none_is_refused(verger, photographs, tmp_path, place):
    process = verger("run", photographs, tmp_path / "out", "--metrics", place, exit_code=2)
    assert f"not '{place}'." in process.stderr
    assert process.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_file_that_cannot_be_written_is_refused(verger, photographs, tmp_path):
    file = tmp_path / "absent" / "run.prom"
    process = verger("run", photographs, tmp_path / "out", "--metrics", file, exit_code=3)
    assert f"--metrics cannot write {file}: No such file or directory." in process.stderr
    assert not (tmp_path / "out").exists()
