# SPDX-License-Identifier: Apache-2.0
"""The example notebook, executed in a kernel of its own, finds what the program finds."""

import base64
import io
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from arrays import same_bits
from conftest import ROOT, UNTRAINED
from PIL import Image
from servers.spark_submit import QUICK
from spark.job_support import CLI, PACKAGES
from storage.results import content

pytestmark = [pytest.mark.heavy, pytest.mark.spark, pytest.mark.timeout(900)]
PARTS = CLI[-1]
NOTEBOOK = ROOT / "examples" / "notebook.ipynb"


@dataclass
class Executed:
    """A notebook with its outputs, and where it left its tables and Spark its log."""

    notebook: Any  # nbformat.NotebookNode
    folder: Path
    events: Path

    @property
    def outputs(self):
        """The outputs of all cells."""
        return [output for cell in self.notebook.cells for output in cell.get("outputs", [])]

    def printed(self, stream):
        """What it wrote to stdout or stderr."""
        return "".join(o.text for o in self.outputs if o.get("name") == stream)


@pytest.fixture(scope="module")
def mixed(orchard, tmp_path_factory):
    """The sample orchard with a grey photograph and one that was cut off, as PATH/Test."""
    folder = tmp_path_factory.mktemp("My Fruits") / "Test"
    shutil.copytree(orchard, folder)
    odd = folder / "Pomme d'été"
    odd.mkdir()
    first = sorted(orchard.rglob("*.jpg"))[0]
    Image.open(first).convert("L").save(odd / "grey 1.jpg")
    (odd / "cut.jpg").write_bytes(first.read_bytes()[:900])
    return folder


def kernel(environment, folder):
    """Make the kernel of an environment known to Jupyter; return what that takes of variables."""
    python = ROOT / ".venv" / environment / "bin" / "python"
    (folder / "events").mkdir()
    settings = {
        "spark.eventLog.compress": "false",
        "spark.eventLog.dir": (folder / "events").as_uri(),
        "spark.eventLog.enabled": "true",
        "spark.local.dir": folder / "spark",
        "spark.sql.warehouse.dir": folder / "warehouse",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    options = " ".join(f"--conf {name}={value}" for name, value in settings.items())
    variables = {
        **QUICK,
        "IPYTHONDIR": str(folder / "ipython"),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "PYSPARK_PYTHON": str(python),
        "PYSPARK_SUBMIT_ARGS": f"--master local[2] {options} pyspark-shell",
        "PYTHONPATH": PACKAGES.split(os.pathsep)[0],
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    document = {"argv": command, "display_name": "verger", "language": "python", "env": variables}
    place = folder / "kernels" / "verger"
    place.mkdir(parents=True)
    (place / "kernel.json").write_text(json.dumps(document))
    return {"JUPYTER_PATH": str(folder), "JUPYTER_RUNTIME_DIR": str(folder / "runtime")}


@pytest.fixture(scope="module", params=["parity", "spark35"])
def executed(request, mixed, tmp_path_factory):
    """The notebook, executed on the photographs with Spark 4.3 and with Spark 3.5."""
    import nbclient  # noqa: PLC0415 - not in .venv/core
    import nbformat  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("notebook")
    (folder / "orchard").mkdir()
    (folder / "orchard" / "Test").symlink_to(mixed)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    (at,) = [i for i, c in enumerate(notebook.cells) if "parameters" in c.metadata.get("tags", [])]
    given = f'PATH, WEIGHTS, PARTITIONS = "orchard", "{UNTRAINED}", {PARTS}'
    notebook.cells.insert(at + 1, nbformat.v4.new_code_cell(given))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in kernel(request.param, folder).items():
            patch.setenv(name, value)
        client = nbclient.NotebookClient(
            notebook,
            kernel_name="verger",
            timeout=600,
            resources={"metadata": {"path": str(folder)}},
        )
        client.execute()
    return Executed(notebook, folder / "orchard", folder / "events")


@pytest.fixture(scope="module")
def expected(verger, mixed, tmp_path_factory):
    """What the program makes of the same photographs."""
    output = tmp_path_factory.mktemp("expected") / "Results"
    verger("run", mixed, output, *CLI)
    return output


def by_path(folder):
    """A table in the order of the photographs."""
    return pq.read_table(folder).sort_by("path")


def names(table):
    """The photographs of a table, whatever folder they were in."""
    return ["/".join(path.split("/")[-2:]) for path in table["path"].to_pylist()]


def rows_of(table, column):
    """A column of lists as a matrix."""
    return pc.list_flatten(table[column]).to_numpy().reshape(len(table), -1)


def array(files, name):
    """An array of a model that Spark saved."""
    (data,) = [row["content"] for row in files if row["name"] == name]
    return np.load(io.BytesIO(data))


def test_every_cell_runs(executed):
    code = [cell for cell in executed.notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert not [output for output in executed.outputs if output.output_type == "error"]
    assert "Traceback" not in executed.printed("stderr")
    assert "61 images have features, 1 were rejected." in executed.printed("stdout")


def test_both_pictures_are_drawn(executed):
    drawn = [o.data["image/png"] for o in executed.outputs if "image/png" in o.get("data", {})]
    assert len(drawn) == 2
    for data in drawn:
        picture = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
        assert picture.width > 400
        assert len(picture.getcolors(1 << 24)) > 50


def from_python(events, job):
    """How many bytes Python workers gave Spark in the stages of the jobs so described."""
    logged = [json.loads(line) for f in events.rglob("[!.]*") if f.is_file() for line in f.open()]
    stages = {
        event["Stage Info"]["Stage ID"]
        for event in logged
        if event["Event"] == "SparkListenerStageSubmitted"
        and event["Properties"].get("spark.job.description", "").startswith(job)
    }
    tasks = [e for e in logged if e["Event"] == "SparkListenerTaskEnd" and e["Stage ID"] in stages]
    updates = [u for task in tasks for u in task["Task Info"]["Accumulables"]]
    name = "data returned from Python workers"
    return sum(int(update["Update"]) for update in updates if update.get("Name") == name)


def test_photographs_go_through_the_network_once(executed):
    features = 61 * 1280 * 4
    assert features < from_python(executed.events, "Features of the photographs") < 1.5 * features


def test_the_tables_are_those_of_the_program(executed, expected):
    results = executed.folder / "Results"
    ours, theirs = by_path(results / "features"), by_path(expected / "features")
    assert names(ours) == names(theirs)
    assert ours["label"] == theirs["label"]
    assert same_bits(rows_of(ours, "features"), rows_of(theirs, "features"))
    rejected = [by_path(folder / "rejected") for folder in (results, expected)]
    assert names(rejected[0]) == names(rejected[1]) == ["Pomme d'été/cut.jpg"]
    assert rejected[0]["reason"] == rejected[1]["reason"]


def test_the_components_are_those_of_the_program(executed, expected):
    results = executed.folder / "Results"
    files = pq.read_table(results / "model" / "data").to_pylist()
    spectrum = np.load(expected / "model" / "eigenvalues.npy")
    np.testing.assert_allclose(
        array(files, "eigenvalues.npy"), spectrum, rtol=1e-9, atol=1e-12 * spectrum[0]
    )
    ours, theirs = (rows_of(by_path(folder / "pca"), "pca") for folder in (results, expected))
    assert ours.shape == theirs.shape
    # The program's are float32.
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6 * abs(theirs).max())


def test_the_job_leaves_the_programs_bytes(executed, expected):
    assert content(executed.folder / "Results in one call") == content(expected)
