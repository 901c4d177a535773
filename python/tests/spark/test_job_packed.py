"""The Spark job on packed inputs leaves what `verger run` leaves, to the byte."""

import shutil
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from spark.job_support import CLI, manifests, reduction, run
from storage.results import content

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore:UNTRAINED"),
]
__all__ = ["run"]


@pytest.fixture(scope="module")
def inputs(verger, orchard, tmp_path_factory):
    """A folder with containers of every kind of the same photographs, some of them bad."""
    folder = tmp_path_factory.mktemp("inputs")
    photographs = shutil.copytree(orchard, folder / "Test")
    first = sorted(photographs.rglob("*.jpg"))[0]
    (photographs / "root.jpg").write_bytes(first.read_bytes())
    (first.parent / "cut d'été.jpg").write_bytes(first.read_bytes()[:1500])
    for form in ("parquet", "tar"):
        verger("pack", photographs, folder / form, "--format", form, "--pack-bytes", 90_000)
    paths = sorted(photographs.rglob("*.jpg"), key=lambda path: path.name)
    images = [{"bytes": path.read_bytes(), "path": path.name} for path in paths]
    images[5]["bytes"] = None
    kinds = [len(path.parent.name) for path in paths]
    rows = pa.table({"label": kinds, "image": images})
    with pa.ipc.new_file(folder / "train.arrow", rows.schema) as writer:
        writer.write_table(rows, 10)
    pq.write_table(rows, folder / "train.parquet", row_group_size=9)
    with tarfile.open(folder / "shuffled.tar", "w", format=tarfile.GNU_FORMAT) as tar:
        for path in paths:
            tar.add(path, f"{'deep/' * 30}{path.parent.name}/{path.name}")
    return folder


@pytest.mark.parametrize("name", ["parquet", "tar", "train.arrow", "train.parquet", "shuffled.tar"])
def test_the_result_has_the_bytes_of_the_programs(run, verger, inputs, tmp_path, name):
    run(inputs / name, tmp_path / "spark")
    verger("run", inputs / name, tmp_path / "cli", *CLI)
    assert content(tmp_path / "spark") == content(tmp_path / "cli")
    assert manifests(tmp_path / "spark") == manifests(tmp_path / "cli")
    assert reduction(tmp_path / "spark") == reduction(tmp_path / "cli")


def test_a_damaged_container_is_the_programs_sentence(run, verger, tmp_path):
    for name in ("x.tar", "x.parquet", "x.arrow"):
        (tmp_path / name).write_bytes(b"no container" * 100)
        with pytest.raises(OSError, match=f"Cannot read file:{tmp_path}/{name}: "):
            run(tmp_path / name, tmp_path / "out")
        verger("run", tmp_path / name, tmp_path / "out", *CLI, exit_code=3)
