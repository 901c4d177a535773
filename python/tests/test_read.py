# SPDX-License-Identifier: Apache-2.0
"""`verger.read` gives a table of an output with one row an image, in either layout."""

import os
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import verger as package
from arrays import float_rows, same_bits
from conftest import UNTRAINED
from servers.small_s3 import small_s3

pytestmark = pytest.mark.filterwarnings("ignore:UNTRAINED")


@pytest.fixture(scope="module")
def photographs(orchard, tmp_path_factory):
    """The orchard with a file that is rejected."""
    folder = tmp_path_factory.mktemp("photographs") / "Test"
    folder.mkdir()
    for label in orchard.iterdir():
        (folder / label.name).symlink_to(label)
    (folder / "odd").mkdir()
    (folder / "odd" / "text.jpg").write_text("no image")
    return folder


@pytest.fixture(scope="module")
def outputs(photographs, tmp_path_factory):
    """The results of one run in both layouts."""
    folder = tmp_path_factory.mktemp("outputs")
    return {
        layout: package.run(photographs, folder / layout, weights=UNTRAINED, parts=3,
                            layout=layout, progress=False)
        for layout in ("tables", "notebook")
    }  # fmt: skip


def rows(table, column):
    """A column of vectors as a matrix."""
    return np.stack(table[column].to_pylist())


@pytest.mark.parametrize("layout", ["tables", "notebook"])
def test_a_table_has_one_row_an_image_in_the_order_of_the_listing(outputs, photographs, layout):
    output = outputs[layout]
    images = sorted(p for p in photographs.glob("*/*.jpg") if p.parent.name != "odd")
    paths = [f"file:{path}" for path in sorted(images, key=os.fsencode)]
    features = package.read(output, "features", as_="pyarrow")
    assert features.column_names == ["path", "label", "features"]
    assert features["path"].to_pylist() == paths
    assert features["label"].to_pylist() == [Path(path).parent.name for path in paths]
    pca = package.read(output.output, as_="pyarrow")
    assert pca.column_names == ["path", "label", "pca"]
    assert pca["path"].to_pylist() == paths
    assert rows(pca, "pca").shape == (len(paths), output.k)
    rejected = output.read("rejected", as_="pyarrow")
    assert rejected["path"].to_pylist() == [f"file:{photographs}/odd/text.jpg"]
    assert rejected["reason"].to_pylist() == ["not-an-image"]


def test_the_numbers_are_those_of_the_parts_and_the_same_in_both_layouts(outputs):
    tables, notebook = outputs["tables"], outputs["notebook"]
    parts = sorted(Path(tables.places.features).glob("part-*"))
    stored = np.concatenate([float_rows(part, "features") for part in parts])
    for output in outputs.values():
        table = output.read("features", as_="pyarrow")
        assert same_bits(rows(table, "features").astype(np.float32), stored)
    single = rows(tables.read(as_="pyarrow"), "pca")
    double = rows(notebook.read(as_="pyarrow"), "pca")
    assert same_bits(single.astype(np.float32), double.astype(np.float32))


def test_the_halves_have_the_tables_that_they_made(photographs, tmp_path):
    halves = package.extract(photographs, tmp_path / "out", weights=UNTRAINED, progress=False)
    assert halves.read(as_="pyarrow").column_names[-1] == "features"
    with pytest.raises(ValueError, match="has no table 'pca': it was made by 'verger extract'"):
        halves.read("pca", as_="pyarrow")
    reduced = package.reduce(halves, components=4, progress=False)
    assert rows(reduced.read(as_="pyarrow"), "pca").shape[1] == 4


def test_an_output_on_s3_is_read_as_one_here(outputs, monkeypatch):
    with small_s3() as server:
        for layout, output in outputs.items():
            for path in Path(output.output).rglob("*"):
                if path.is_file():
                    key = f"{layout}/{path.relative_to(output.output)}"
                    server.put(key, path.read_bytes())
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        for layout, output in outputs.items():
            place = f"s3://bucket/{layout}"
            assert package.read(place, as_="pyarrow").equals(output.read(as_="pyarrow"))
            assert package.Result(f"{place}/").counts == output.counts
        with pytest.raises(OSError, match=r"no output of 'verger run' in s3://bucket/none"):
            package.read("s3://bucket/none", as_="pyarrow")


def test_what_is_unfinished_or_damaged_is_refused(outputs, photographs, tmp_path):
    output = Path(package.run(photographs, tmp_path / "out", weights=UNTRAINED,
                              progress=False).output)  # fmt: skip
    record = output / "_verger" / "run.json"
    whole = record.read_text()
    record.write_text(whole.replace('"state": "done"', '"state": "running"'))
    assert package.Result(output).state == "running"
    with pytest.raises(OSError, match="not finished: go on with it by resume=True"):
        package.read(output, as_="pyarrow")
    record.write_text(whole[:50])
    with pytest.raises(OSError, match="is damaged: it is no JSON document"):
        package.read(output, as_="pyarrow")
    record.write_text(whole)
    part = next((output / "pca").glob("part-*"))
    column = pq.ParquetFile(part).metadata.row_group(0).column(2)
    data = bytearray(part.read_bytes())
    data[column.data_page_offset + column.total_compressed_size - 1] ^= 1
    part.write_bytes(data)
    with pytest.raises(OSError, match="CRC checksum verification failed"):
        package.read(output, as_="pyarrow")
    for wrong in ({"as_": "numpy"}, {"table": "components"}, {"s3_colour": "red"}):
        with pytest.raises(ValueError, match=r"must be|No storage option is named 's3_colour'"):
            package.read(outputs["tables"], **{"as_": "pyarrow"} | wrong)


@pytest.mark.heavy
@pytest.mark.parametrize("layout", ["tables", "notebook"])
def test_pandas_and_polars_have_the_same_rows(outputs, layout):
    output = outputs[layout]
    for table in ("features", "pca", "rejected"):
        arrow = output.read(table, as_="pyarrow")
        frame, polars = output.read(table), output.read(table, as_="polars")
        assert list(frame.columns) == polars.columns == arrow.column_names
        assert frame["path"].is_unique
        assert list(frame["path"]) == polars["path"].to_list() == arrow["path"].to_pylist()
        if table != "rejected":
            assert same_bits(np.stack(frame[table]), np.stack(polars[table].to_numpy()))
            package.VariancePCA(n_components=2).fit(np.stack(frame[table]))


@pytest.mark.heavy
def test_pandas_alone_reads_the_notebook_layout_twice(outputs):
    """As docs/formats.md says: that is why there is `verger.read`."""
    import pandas as pd  # noqa: PLC0415 - not in .venv/core

    output = outputs["notebook"]
    assert len(pd.read_parquet(output.output)) == 2 * len(output.read())
    assert pq.read_table(output.output).num_rows == 2 * len(output.read())
