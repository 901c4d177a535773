# SPDX-License-Identifier: Apache-2.0
"""VariancePCA on DataFrames is verger's, and Spark's own scaler and PCA, at any partitions."""

import numpy as np
import pytest
import verger as package
from spark_jobs import counted

pytestmark = [pytest.mark.heavy, pytest.mark.spark]


@pytest.fixture(scope="module")
def pca(spark):
    """A function from params to a VariancePCA."""
    from verger.spark import VariancePCA  # noqa: PLC0415 - needs pyspark

    return VariancePCA


@pytest.fixture(scope="module")
def vectors(table):
    """The table with its features as Spark ML's vectors, dense and sparse."""
    from pyspark.ml.functions import array_to_vector  # noqa: PLC0415

    return table.withColumn("features", array_to_vector("features"))


def components_of(frame, column="pca"):
    """The rows of a column, in the order of their keys: float64 [n, k]."""
    rows = frame.orderBy("key").select(column).collect()
    return np.array([row[0].toArray() if hasattr(row[0], "toArray") else row[0] for row in rows])


def files_of(model):
    return model.toVerger()._model.to_files()


def test_it_is_vergers_own_to_the_bit(pca, table, rows, reference):
    model = pca(outputType="array").fit(table.coalesce(1))
    assert files_of(model) == reference._model.to_files()
    assert (components_of(model.transform(table.repartition(7))) == reference.transform(rows)).all()


def test_other_partitions_differ_in_the_last_bits_alone(pca, table, reference):
    for partitions in (2, 60):
        model = pca().fit(table.repartition(partitions, "key"))
        assert model.k == reference.n_components_
        np.testing.assert_allclose(model.mean, reference.mean_, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(model.pc.toArray().T, reference.components_, atol=1e-9)


def test_it_is_sparks_scaler_and_pca(pca, vectors):
    from pyspark.ml import Pipeline  # noqa: PLC0415
    from pyspark.ml.feature import PCA, StandardScaler  # noqa: PLC0415

    scaler = StandardScaler(inputCol="features", outputCol="s", withMean=True, withStd=True)
    theirs = Pipeline(stages=[scaler, PCA(inputCol="s", outputCol="pca", k=11)]).fit(vectors)
    model = pca(k=11).fit(vectors)
    scaled, solved = theirs.stages
    np.testing.assert_allclose(model.mean, scaled.mean.toArray(), rtol=1e-6)
    np.testing.assert_allclose(model.std, scaled.std.toArray(), rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(model.explainedVariance, solved.explainedVariance, rtol=1e-6)
    signs = np.sign((model.pc.toArray() * solved.pc.toArray()).sum(axis=0))
    np.testing.assert_allclose(model.pc.toArray(), solved.pc.toArray() * signs, atol=1e-6)
    ours, spark = components_of(model.transform(vectors)), components_of(theirs.transform(vectors))
    np.testing.assert_allclose(ours, spark * signs, atol=1e-6)


@pytest.mark.parametrize("standardize", [True, False])
def test_it_becomes_sparks_and_scikit_learns_models(pca, vectors, rows, standardize, tmp_path):
    from pyspark.ml import PipelineModel  # noqa: PLC0415

    model = pca(variance=0.9, standardize=standardize).fit(vectors)
    ours = components_of(model.transform(vectors))
    scale = np.abs(ours).max()
    theirs = model.toSparkML()
    np.testing.assert_allclose(components_of(theirs.transform(vectors)), ours, atol=1e-6 * scale)
    theirs.save(str(tmp_path / "spark"))
    loaded = PipelineModel.load(str(tmp_path / "spark"))
    assert [type(stage).__name__ for stage in loaded.stages] == ["StandardScalerModel", "PCAModel"]
    assert loaded.stages[1].explainedVariance == model.explainedVariance
    sklearn = model.toSklearn().transform(rows.astype(np.float64))
    np.testing.assert_allclose(sklearn, ours, atol=1e-6 * scale)


@pytest.mark.parametrize(
    ("kind", "output"),
    [("array<float>", "vector"), ("array<double>", "array"), ("vector", "array"),
     ("sparse", "vector")],
)  # fmt: skip
def test_arrays_and_vectors_go_in_and_come_out(  # noqa: PLR0913, PLR0917
    spark, pca, rows, reference, kind, output
):
    from pyspark.ml.linalg import Vectors, VectorUDT  # noqa: PLC0415

    def value(row):
        if kind == "sparse":
            return Vectors.sparse(len(row), {i: x for i, x in enumerate(row) if x != 0})
        return Vectors.dense(row) if kind == "vector" else row

    data = [(i, value(row)) for i, row in enumerate(rows.tolist())]
    frame = spark.createDataFrame(data).toDF("key", "features").coalesce(1)
    if kind.startswith("array"):
        frame = frame.withColumn("features", frame.features.cast(kind))
    model = pca(outputType=output).fit(frame)
    out = model.transform(frame)
    assert isinstance(out.schema["pca"].dataType, VectorUDT) == (output == "vector")
    assert out.schema["pca"].metadata == {"ml_attr": {"num_attrs": model.k}}
    assert out.columns == ["key", "features", "pca"]
    assert (components_of(out) == reference.transform(rows)).all()


def test_with_an_order_neither_partitions_nor_the_order_of_rows_matter(spark, pca, table):
    stage = pca(orderCol="key")
    backwards = spark.createDataFrame(table.collect()[::-1], table.schema)
    frames = [table.coalesce(1), table.repartition(41), backwards]
    models = [files_of(stage.fit(frame)) for frame in frames]
    assert all(files == models[0] for files in models[1:])


def test_equal_keys_are_ordered_by_their_features(pca, table):
    from pyspark.sql import functions as F  # noqa: PLC0415

    same = table.withColumn("key", F.lit(1))
    stage = pca(orderCol="key")
    assert files_of(stage.fit(same.repartition(3))) == files_of(stage.fit(same.orderBy("features")))


def test_on_the_shards_of_a_run_it_has_the_bits_of_the_run(spark, pca, result):
    from pyspark.sql import functions as F  # noqa: PLC0415

    features = spark.read.parquet(str(result / "features"))
    part = F.regexp_extract(F.input_file_name(), r"part-(\d+)-[^/]*$", 1).cast("int")
    frame = features.withColumn("shard", part).repartition(3)
    model = pca(shardCol="shard", orderCol="path").fit(frame)
    run = package.VariancePCA.load(result)._model.to_files()
    assert {name: data for name, data in files_of(model).items() if name.endswith(".npy")} == {
        name: data for name, data in run.items() if name.endswith(".npy")
    }


def test_many_partitions_are_merged_by_the_fixed_tree(pca, table, rows):
    from pyspark.sql import functions as F  # noqa: PLC0415

    frame = table.repartitionByRange(75, "key").sortWithinPartitions("key").cache()
    numbered = frame.select("key", F.spark_partition_id().alias("part"))
    parts = {row.key: row.part for row in numbered.collect()}
    shards = {}
    for (_, part), row in zip(sorted(parts.items()), rows, strict=True):
        shards.setdefault(part, package.Moments(12)).add(row[None])
    assert len(shards) == 75
    merged = package.merge_moments([shards[part] for part in sorted(shards)])
    assert files_of(pca().fit(frame)) == package.solve_pca(merged).to_files()


@pytest.mark.parametrize("params", [{}, {"orderCol": "key"}])
def test_a_fit_computes_each_row_once(spark, pca, table, params):
    frame, count = counted(spark, table.repartition(40))
    pca(**params).fit(frame)
    assert count.value == 500


def test_a_pipeline_is_fitted_in_one_pass_saved_and_loaded(spark, result, orchard, tmp_path):
    from conftest import UNTRAINED  # noqa: PLC0415
    from pyspark.ml import Pipeline, PipelineModel  # noqa: PLC0415
    from verger.spark import ImageFeaturizer, VariancePCA  # noqa: PLC0415

    images = spark.read.format("binaryFile").load(str(orchard / "*"))
    frame, count = counted(spark, images)
    stages = [ImageFeaturizer(weights=UNTRAINED), VariancePCA(orderCol="path", outputType="array")]
    with pytest.warns(UserWarning, match="UNTRAINED WEIGHTS"):
        model = Pipeline(stages=stages).fit(frame)
    assert count.value == 60
    model.write().overwrite().save(str(tmp_path / "model"))
    loaded = PipelineModel.load(str(tmp_path / "model"))
    ours = {row.path: row.pca for row in model.transform(images).collect()}
    theirs = {row.path: row.pca for row in loaded.transform(images).collect()}
    assert len(ours) == 60
    assert ours == theirs
    run = package.VariancePCA.load(result)
    assert model.stages[1].k == run.n_components_
    assert model.stages[1].toVerger().provenance_ == run.provenance_


@pytest.fixture(scope="module")
def holed(spark, table, rows):
    """The table with rows among it that have no moments: null, a null element, NaN, infinity."""
    row = rows[0].tolist()
    bad = [None, [None, *row[1:]], [*row[:-1], float("nan")], [float("inf"), *row[1:]]]
    data = [(f"bad{i}", value) for i, value in enumerate(bad)]
    return table.union(spark.createDataFrame(data, table.schema)).coalesce(1)


@pytest.mark.parametrize("kind", ["array", "vector"])
def test_invalid_rows_are_left_out_or_kept(pca, holed, rows, reference, kind):
    model = pca(handleInvalid="skip", outputType=kind).fit(holed)
    assert files_of(model) == reference._model.to_files()
    assert (components_of(model.transform(holed)) == reference.transform(rows)).all()
    kept = model.setHandleInvalid("keep").transform(holed).where("key like 'bad%'").collect()
    assert [row.pca for row in kept] == [None] * 4


def test_invalid_rows_are_an_error_unless_said_otherwise(pca, holed, table):
    with pytest.raises(Exception, match="A row is null, or holds a null or a value that is not"):
        pca().fit(holed)
    frame = pca().fit(table).transform(holed)
    with pytest.raises(Exception, match="A row is null, or holds a null or a value that is not"):
        frame.collect()


def test_null_vectors_are_rows_without_features(pca, vectors, reference, spark):
    null = spark.createDataFrame([("bad", None)], vectors.schema)
    model = pca(handleInvalid="keep").fit(vectors.union(null))
    assert model.k == reference.n_components_
    out = model.transform(vectors.union(null)).where("key = 'bad'").collect()
    assert [row.pca for row in out] == [None]


@pytest.mark.parametrize(("count", "words"), [(0, "has 0"), (1, "has 1")])
def test_too_few_rows_are_an_error(pca, table, count, words):
    with pytest.raises(ValueError, match=f"at least 2 rows; the column 'features' {words}"):
        pca().fit(table.limit(count).repartition(4))


def test_rows_of_different_lengths_are_an_error(spark, pca):
    frame = spark.createDataFrame([([1.0, 2.0],), ([1.0],)], "features array<float>").coalesce(1)
    with pytest.raises(Exception, match="must have the same length; there are 2 and 1"):
        pca().fit(frame)


def test_empty_partitions_and_one_row_are_taken(spark, pca, table, rows, reference):
    empty = spark.createDataFrame([], table.schema)
    model = pca().fit(table.coalesce(1).union(empty))
    assert files_of(model) == reference._model.to_files()
    one = model.transform(table.where("key = 'k007'").repartition(6))
    assert (components_of(one) == reference.transform(rows[7:8])).all()
    assert model.transform(table.where("false")).collect() == []


@pytest.mark.parametrize(
    ("params", "kind", "words"),
    [
        ({"inputCol": "x"}, ValueError, "finds no column 'x'; there are: key, features."),
        ({"inputCol": "key"}, TypeError, "the column 'key' is string"),
        ({"variance": 0.0}, ValueError, r"variance must be above 0 and at most 1"),
        ({"k": 0}, ValueError, "k must be at least 1"),
        ({"orderCol": "y"}, ValueError, "finds no column 'y'"),
        ({"shardCol": "key"}, TypeError, "takes whole numbers as shardCol"),
    ],
)
@pytest.mark.usefixtures("no_job")
def test_what_is_wrong_is_said_before_a_task_starts(spark, pca, params, kind, words):
    frame = spark.createDataFrame([("a", [1.0])], "key string, features array<float>")
    with pytest.raises(kind, match=words):
        pca(**params).fit(frame)


def test_a_model_tells_what_does_not_fit_it(spark, pca, table):
    model = pca().fit(table)
    with pytest.raises(ValueError, match="'pca' exists already"):
        model.transform(model.transform(table))
    with pytest.raises(ValueError, match="has 3 features; the model is of 12"):
        model.transform(table.withMetadata("features", {"ml_attr": {"num_attrs": 3}}))
    with pytest.raises(ValueError, match=r"k|rank"):
        pca(k=12).fit(table)


def test_models_are_saved_and_loaded_and_damage_is_found(spark, pca, table, tmp_path):
    from verger.spark import VariancePCA, VariancePCAModel  # noqa: PLC0415

    stage = pca(k=3, outputCol="out", handleInvalid="skip")
    stage.save(str(tmp_path / "stage"))
    assert VariancePCA.load(str(tmp_path / "stage")).extractParamMap() == stage.extractParamMap()
    model = stage.fit(table)
    place = str(tmp_path / "my models" / "first")
    model.save(place)
    with pytest.raises(Exception, match="exist"):
        model.save(place)
    model.write().overwrite().save(place)
    loaded = VariancePCAModel.load(place)
    assert (loaded.uid, loaded.k, files_of(loaded)) == (stage.uid, 3, files_of(model))
    assert (loaded.getOutputCol(), loaded.getHandleInvalid()) == ("out", "skip")
    files = spark.read.parquet(f"{place}/data")
    rest = files.where("name != 'mean.npy'").collect()
    spark.createDataFrame(rest, files.schema).write.mode("overwrite").parquet(f"{place}/data")
    with pytest.raises(package.ModelError, match=r"my models/first is unusable: .*mean\.npy"):
        VariancePCAModel.load(place)


def test_params_may_be_overridden_by_a_fit(pca, table):
    stage = pca().setVariance(0.9).setStandardize(False).setOrderCol("key").setShardCol("s")
    assert (stage.getVariance(), stage.getStandardize()) == (0.9, False)
    assert (stage.getOrderCol(), stage.getShardCol(), stage.getK()) == ("key", "s", None)
    estimator = pca().setK(2)
    assert estimator.getK() == 2
    several = estimator.fit(table, [{estimator.k: 1}, {estimator.k: 4}])
    assert [model.k for model in several] == [1, 4]
    assert estimator.fit(table).k == 2
