# SPDX-License-Identifier: Apache-2.0
"""The whole chain: what is in the tables, and what the results may not depend on."""

import json
import shutil

import numpy as np
import pytest
from conftest import UNTRAINED
from end_to_end.tables import bits, hidden_files, read_table, vectors
from fault.kills import killed_at


def test_every_photograph_has_one_row_in_each_table(orchard, result):
    features = read_table(result / "features")
    pca = read_table(result / "pca")
    names = sorted(str(path) for path in orchard.rglob("*.jpg"))
    assert features["path"].to_pylist() == [f"file:{name}" for name in names]
    assert pca["path"].to_pylist() == features["path"].to_pylist()
    assert pca["label"].to_pylist() == features["label"].to_pylist()
    assert read_table(result / "rejected").num_rows == 0


def test_the_label_is_the_name_of_the_parent_folder(result):
    features = read_table(result / "features")
    for path, label in zip(
        features["path"].to_pylist(), features["label"].to_pylist(), strict=True
    ):
        assert path.split("/")[-2] == label


def test_features_are_1280_finite_float32(result):
    features = read_table(result / "features")
    assert features.schema.field("features").type.value_type == "float"
    matrix = vectors(features, "features")
    assert matrix.shape == (60, 1280)
    assert np.isfinite(matrix).all()
    assert (matrix >= 0).all()
    assert matrix.std(axis=0).max() > 0


def test_the_reduction_is_what_numpy_makes_of_the_features(result, inspect):
    features = vectors(read_table(result / "features"), "features").astype(np.float64)
    deviation = features.std(axis=0, ddof=1)
    safe = np.where(deviation > 0, deviation, 1)
    scaled = np.where(deviation > 0, (features - features.mean(axis=0)) / safe, 0)
    values, loadings = np.linalg.eigh(np.cov(scaled, rowvar=False))
    values, loadings = values[::-1], loadings[:, ::-1]
    ratios = np.cumsum(values) / values.sum()
    k = int(np.argmax(ratios >= 0.95)) + 1

    inspection = inspect(result)
    assert inspection["run"]["reduction"]["k"] == k
    assert inspection["run"]["reduction"]["cumulative"] == pytest.approx(ratios[k - 1], abs=1e-9)
    pca = vectors(read_table(result / "pca"), "pca")
    assert pca.shape == (60, k)
    signs = np.sign(loadings[np.abs(loadings).argmax(axis=0), range(loadings.shape[1])])
    expected = scaled @ (loadings * signs)[:, :k]
    np.testing.assert_allclose(pca, expected, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_no_bit_depends_on_the_threads(verger, orchard, result, tmp_path, threads):
    flags = ("--weights", UNTRAINED, "--parts", 4, "--threads", threads)
    verger("run", orchard, tmp_path / "out", *flags)
    for table, column in (("features", "features"), ("pca", "pca")):
        again = read_table(tmp_path / "out" / table)
        assert bits(again, column) == bits(read_table(result / table), column)
    for array in ("mean", "deviation", "eigenvalues", "components"):
        first = (result / "model" / f"{array}.npy").read_bytes()
        assert (tmp_path / "out" / "model" / f"{array}.npy").read_bytes() == first


@pytest.mark.parametrize("parts", [1, 7, 1000])
def test_no_features_depend_on_the_parts(verger, orchard, result, tmp_path, parts):
    verger("extract", orchard, tmp_path / "out", "--weights", UNTRAINED, "--parts", parts)
    again = read_table(tmp_path / "out" / "features")
    assert bits(again, "features") == bits(read_table(result / "features"), "features")
    assert len(list((tmp_path / "out" / "features").glob("part-*"))) == min(parts, 60)


def test_no_features_depend_on_the_neighbours(verger, orchard, result, tmp_path):
    lonely = tmp_path / "Test"
    names = sorted(orchard.rglob("*.jpg"))[::11]
    for name in names:
        target = lonely / name.relative_to(orchard)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(name, target)
    verger("extract", lonely, tmp_path / "out", "--weights", UNTRAINED)
    alone = bits(read_table(tmp_path / "out" / "features"), "features")
    together = bits(read_table(result / "features"), "features")
    assert len(alone) == len(names)
    for path, vector in alone.items():
        assert vector == together[path.replace(str(lonely), str(orchard))]


def test_extract_then_reduce_equals_run(verger, orchard, result, tmp_path, inspect):
    out = tmp_path / "out"
    verger("extract", orchard, out, "--weights", UNTRAINED, "--parts", 4)
    assert not (out / "pca").exists()
    verger("reduce", out)
    assert bits(read_table(out / "pca"), "pca") == bits(read_table(result / "pca"), "pca")
    inspection = inspect(out)
    assert inspection["ok"]
    assert inspection["run"]["model"]["weights"] == UNTRAINED


def test_reduce_writes_elsewhere_and_leaves_the_features_alone(verger, result, tmp_path, inspect):
    verger("reduce", result, tmp_path / "out", "--components", 3)
    assert vectors(read_table(tmp_path / "out" / "pca"), "pca").shape == (60, 3)
    assert not (tmp_path / "out" / "features").exists()
    assert inspect(tmp_path / "out")["ok"]
    assert inspect(result)["ok"]


def test_reduce_takes_whole_features_of_its_own_layout_alone(verger, deadly, orchard, tmp_path):
    out = tmp_path / "out"
    extract = ["extract", orchard, out, "--weights", UNTRAINED, "--parts", "6"]
    assert killed_at(deadly, "shard-committed:2", extract)
    process = verger("reduce", out, exit_code=3)
    assert "unfinished extract" in process.stderr
    assert "'verger extract --resume'" in process.stderr
    verger(*extract, "--resume")
    process = verger("reduce", out, "--layout", "notebook", exit_code=3)
    assert "give that layout" in process.stderr
    verger("reduce", out)


def test_a_bare_folder_of_parquet_files_can_be_reduced(verger, result, tmp_path):
    shutil.copytree(result / "features", tmp_path / "bare")
    verger("reduce", tmp_path / "bare", tmp_path / "out")
    assert bits(read_table(tmp_path / "out" / "pca"), "pca") == bits(
        read_table(result / "pca"), "pca"
    )


def test_apply_gives_the_projections_of_the_run_that_fitted(verger, orchard, result, tmp_path):
    out = tmp_path / "out"
    verger("apply", orchard, out, "--model", result, "--weights", UNTRAINED, "--parts", 3)
    assert bits(read_table(out / "pca"), "pca") == bits(read_table(result / "pca"), "pca")
    # A result of apply carries the model on.
    more = ("--model", out / "model", "--weights", UNTRAINED)
    verger("apply", orchard, tmp_path / "more", *more)


def test_apply_takes_a_single_new_photograph(verger, orchard, result, tmp_path):
    new = tmp_path / "New" / "Unknown"
    new.mkdir(parents=True)
    shutil.copy(next(orchard.rglob("*.jpg")), new)
    out = tmp_path / "out"
    verger("apply", tmp_path / "New", out, "--model", result, "--weights", UNTRAINED)
    assert read_table(out / "pca").num_rows == 1


def test_apply_refuses_another_network(verger, orchard, result, tmp_path):
    flags = ("--model", result, "--weights", "untrained:8")
    process = verger("apply", orchard, tmp_path / "out", *flags, exit_code=4)
    assert "untrained:7" in process.stderr
    assert "untrained:8" in process.stderr
    assert not (tmp_path / "out").exists()


def test_overwrite_replaces_everything_and_leaves_nothing_behind(
    verger, orchard, tmp_path, inspect
):
    out = tmp_path / "out"
    verger("run", orchard, out, "--weights", UNTRAINED, "--parts", 8)
    verger("run", orchard, out, "--weights", UNTRAINED, exit_code=3)
    verger("run", orchard, out, "--weights", UNTRAINED, "--parts", 2, "--overwrite")
    assert len(list((out / "features").glob("part-*"))) == 2
    assert inspect(out)["ok"]
    verger("extract", orchard, out, "--weights", UNTRAINED, "--overwrite")
    assert not list((out / "pca").glob("part-*")), "projections of replaced features"
    assert inspect(out)["ok"]
    assert not hidden_files(out)


def test_notebook_layout_leaves_the_notebooks_files(verger, orchard, result, tmp_path, inspect):
    out = tmp_path / "Results"
    flags = ("--weights", UNTRAINED, "--parts", 4, "--layout", "notebook")
    verger("run", orchard, out, *flags)
    visible = sorted(path.name for path in out.iterdir() if not path.name.startswith("_verger"))
    assert len([name for name in visible if name.startswith("part-0000")]) == 4
    assert [name for name in visible if not name.startswith("part-")] == ["_SUCCESS", "pca_results"]
    assert (out / "pca_results" / "_SUCCESS").exists()
    assert bits(read_table(out), "features") == bits(read_table(result / "features"), "features")
    table = read_table(out / "pca_results")
    columns = ["path", "label", "features", "features_vectors", "features_scaled", "features_pca"]
    assert table.schema.names == columns
    reduced = np.array([row["values"] for row in table["features_pca"].to_pylist()])
    assert bits(read_table(result / "pca"), "pca") == {
        path: vector.astype(np.float32).tobytes()
        for path, vector in zip(table["path"].to_pylist(), reduced, strict=True)
    }
    assert inspect(out)["ok"]


def test_untrained_weights_are_said_loudly_everywhere(verger, orchard, result, tmp_path, inspect):
    process = verger("run", orchard, tmp_path / "out", "--weights", UNTRAINED)
    assert "UNTRAINED" in process.stderr
    assert "untrained" in process.stdout
    assert "untrained" in verger("inspect", result).stdout
    assert inspect(result)["run"]["model"]["untrained"] is True
    model = json.loads((result / "model" / "model.json").read_text())
    assert "untrained" in json.dumps(model)


def test_json_logs_are_json_lines_with_a_summary(verger, orchard, tmp_path):
    flags = ("--weights", UNTRAINED, "--log-format", "json")
    process = verger("run", orchard, tmp_path / "out", *flags)
    events = [json.loads(line) for line in process.stderr.splitlines()]
    assert {"warning", "stage", "summary"} <= {event["event"] for event in events}
    summary = events[-1]
    assert summary["counts"]["listed"] == summary["counts"]["features"] == 60


def test_the_summary_names_counts_components_rate_and_place(verger, orchard, tmp_path):
    out = verger("run", orchard, tmp_path / "out", "--weights", UNTRAINED).stdout
    for expected in ("60 listed", "of 1,280", "of the variance", "images/s", str(tmp_path / "out")):
        assert expected in out


def test_real_photographs_with_real_weights(verger, photographs, real_weights, tmp_path, inspect):
    fruits = tmp_path / "Test"
    for name in ("Watermelon", "Pineapple Mini", "Apple Red 1"):
        (fruits / name).mkdir(parents=True)
        for photograph in sorted((photographs / name).glob("*.jpg"))[:20]:
            (fruits / name / photograph.name).symlink_to(photograph)
    process = verger("run", fruits, tmp_path / "out", "--weights", real_weights)
    assert "untrained" not in process.stdout
    features = read_table(tmp_path / "out" / "features")
    assert features["path"][0].as_py().startswith(f"file:{fruits}/Apple Red 1/")
    # Photographs of one fruit are nearer to each other than to other fruits.
    matrix = vectors(features, "features")
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    similarity = unit @ unit.T - 2 * np.eye(len(unit))
    labels = np.array(features["label"].to_pylist())
    assert (labels[similarity.argmax(axis=1)] == labels).mean() > 0.95
    assert inspect(tmp_path / "out")["ok"]
