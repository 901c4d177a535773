# SPDX-License-Identifier: Apache-2.0
"""ImageFeaturizer gives verger.Featurizer's features, from bytes and from paths, to the bit."""

import gc
import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
import verger as package
from conftest import UNTRAINED
from spark_jobs import counted

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore:UNTRAINED WEIGHTS"),
]


@pytest.fixture(scope="module")
def stage(spark):
    """A function from params to an ImageFeaturizer with the weights of `result`."""
    from verger.spark import ImageFeaturizer  # noqa: PLC0415 - needs pyspark

    return lambda **params: ImageFeaturizer(weights=UNTRAINED, **params)


@pytest.fixture(scope="module")
def images(spark, orchard):
    """The photographs as Spark's binaryFile reads them."""
    reader = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    return reader.load(str(orchard)).cache()


@pytest.fixture
def files(spark, tmp_path, paths):
    """A DataFrame of (number, path, content): good images and one of each kind of bad ones."""
    good = paths[0].read_bytes()
    contents = [good, b"", None, good[:700], b"not an image at all", paths[1].read_bytes()]
    names = [tmp_path / f"image {i}.jpg" for i in range(len(contents))]
    for name, content in zip(names, contents, strict=True):
        if content is not None:
            name.write_bytes(content)
    rows = [(i, str(n), c) for i, (n, c) in enumerate(zip(names, contents, strict=True))]
    return spark.createDataFrame(rows, "number int, path string, content binary").coalesce(1)


REASONS = [None, "empty", "unreadable", "truncated", "not-an-image", None]


def bits(value):
    return np.asarray(value, dtype=np.float32).tobytes()


def features_by_path(frame):
    return {row.path: bits(row.features) for row in frame.select("path", "features").collect()}


@pytest.mark.parametrize("partitions", [1, 70])
def test_the_bytes_of_images_have_the_features_of_verger(stage, images, by_path, partitions):
    actual = features_by_path(stage().transform(images.repartition(partitions)))
    assert len(actual) == images.count()
    assert actual == {path: bits(by_path[path]) for path in actual}


def test_collections_between_tasks_pass_over_what_a_worker_keeps(spark):
    def passed_over(_):
        from verger.spark._worker import kept  # noqa: PLC0415 - needs pyspark

        kept("a network", list)
        yield gc.get_freeze_count()

    assert min(spark.sparkContext.parallelize(range(2), 2).mapPartitions(passed_over).collect()) > 0


def test_paths_are_read_by_the_tasks(spark, stage, by_path):
    frame = spark.createDataFrame([(path,) for path in by_path], "path string")
    actual = features_by_path(stage(inputCol="path").transform(frame.repartition(4)))
    assert actual == {path: bits(features) for path, features in by_path.items()}


def test_paths_may_be_uris_and_have_spaces(spark, stage, spaced, by_path):
    place = sorted(spaced.iterdir())[3]
    spellings = [str(place), f"file:{place}", place.as_uri(), os.path.relpath(place)]
    assert "%20" in spellings[2]
    frame = spark.createDataFrame([(path,) for path in spellings], "path string")
    actual = features_by_path(stage(inputCol="path").transform(frame))
    assert actual == dict.fromkeys(spellings, bits(by_path[f"file:{place}"]))


def test_binary_files_in_folders_with_spaces(spark, stage, spaced, by_path):
    frame = spark.read.format("binaryFile").load(str(spaced))
    actual = features_by_path(stage().transform(frame))
    assert len(actual) == 9
    assert actual == {path: bits(by_path[path]) for path in actual}


def test_vectors_say_their_size_beforehand(stage, images, by_path):
    from pyspark.ml.feature import VectorAssembler  # noqa: PLC0415
    from pyspark.ml.linalg import VectorUDT  # noqa: PLC0415

    frame = stage(outputType="vector").transform(images)
    assert frame.schema["features"].dataType == VectorUDT()
    assert frame.schema["features"].metadata["ml_attr"] == {"num_attrs": 1280}
    assert frame.schema["features"].metadata["verger"]["untrained"]
    both = VectorAssembler(inputCols=["features", "length"], outputCol="both").transform(frame)
    for row in both.select("path", "length", "both").limit(3).collect():
        expected = [*by_path[row.path].astype(float), float(row.length)]
        assert row.both.toArray().tolist() == expected


@pytest.mark.parametrize("column", ["content", "path"])
def test_kept_images_tell_why_they_have_no_features(stage, files, column):
    frame = stage(inputCol=column, errorCol="error").transform(files)
    rows = frame.orderBy("number").collect()
    assert [row.error and row.error.reason for row in rows] == REASONS
    assert [row.features is None for row in rows] == [reason is not None for reason in REASONS]
    assert all(row.error.message.endswith(".") for row in rows if row.error)
    if column == "path":
        assert rows[2].error.message == f"Cannot read {rows[2].path}: no such file or directory."


@pytest.mark.parametrize("kind", ["array", "vector"])
def test_invalid_images_may_be_skipped_or_kept(stage, files, kind):
    skipped = stage(handleInvalid="skip", outputType=kind).transform(files).collect()
    assert [row.number for row in skipped] == [0, 5]
    assert [len(row.features) for row in skipped] == [1280, 1280]
    kept = stage(handleInvalid="keep", outputType=kind).transform(files).collect()
    assert [row.features is None for row in kept] == [reason is not None for reason in REASONS]


@pytest.mark.parametrize("column", ["content", "path"])
def test_an_invalid_image_is_an_error_that_names_it(stage, files, column):
    frame = stage(inputCol=column).transform(files.where("number > 2"))
    with pytest.raises(Exception, match=r"The image .*image 3\.jpg is invalid \(truncated\)"):
        frame.collect()


def test_no_rows_one_row_and_empty_partitions(spark, stage, images, by_path):
    none = stage().transform(images.where("false"))
    assert none.columns == [*images.columns, "features"]
    assert none.collect() == []
    row = images.limit(1).repartition(5)
    assert list(features_by_path(stage().transform(row)).items()) == [
        (path, bits(by_path[path])) for path in [row.first().path]
    ]


def test_null_paths_are_invalid(spark, stage):
    frame = spark.createDataFrame([(None,), ("",)], "path string")
    rows = stage(inputCol="path", errorCol="error").transform(frame).collect()
    assert [row.error.reason for row in rows] == ["unreadable", "unreadable"]
    assert rows[0].error.message == "The value is null."
    assert "An empty path was given" in rows[1].error.message


def test_other_columns_are_passed_on_whatever_they_are(spark, stage, paths):
    from pyspark.ml.linalg import Vectors  # noqa: PLC0415
    from pyspark.sql import functions as F  # noqa: PLC0415

    data = [(str(paths[0]), Vectors.dense(1.0, 2.0)), (str(paths[1]), Vectors.sparse(2, {1: 5.0}))]
    frame = spark.createDataFrame(data, ["path", "vector"]).select(
        "*",
        F.timestamp_seconds(F.lit(1_700_000_000)).alias("time"),
        F.create_map(F.lit("a"), F.array(F.lit(1))).alias("map"),
        F.struct(F.lit("x").alias("a.b"), F.lit(None).cast("date").alias("day")).alias("struct"),
        F.lit("1.25").cast("decimal(10, 2)").alias("decimal"),
        F.lit(None).alias("nothing"),
    )
    out = stage(inputCol="path").transform(frame)
    assert out.drop("features").schema == frame.schema
    assert out.drop("features").collect() == frame.collect()


@pytest.mark.parametrize(
    ("params", "kind", "words"),
    [
        ({"inputCol": "image"}, ValueError, "finds no column 'image'; there are: path, number."),
        ({"inputCol": "number"}, TypeError, "the column 'number' is int"),
        ({"outputCol": "number"}, ValueError, "'number' exists already"),
        ({"errorCol": "features"}, ValueError, "'features' exists already"),
        ({"errorCol": "error", "handleInvalid": "skip"}, ValueError, "errorCol needs"),
        ({"weights": "/nowhere/weights.h5"}, package.ModelError, "'/nowhere/weights.h5' .* exist"),
        ({"weights": "file:/nowhere.h5"}, package.ModelError, "Cannot read file:/nowhere.h5"),
        ({"weights": __file__}, package.ModelError, "test_image_featurizer.py"),
        ({"model": "/nowhere/model.onnx", "weights": None}, package.ModelError, "model.onnx"),
        ({"model": "model.onnx"}, ValueError, "weights and model exclude each other"),
        ({"max_pixels": 0}, ValueError, "max_pixels|max-pixels"),
        ({"s3_endpoint": "localhost"}, ValueError, "s3_endpoint must be"),
        ({"retries": -1}, ValueError, "retries must be at least 0"),
    ],
)
@pytest.mark.usefixtures("no_job")
def test_what_is_wrong_is_said_before_a_task_starts(spark, params, kind, words):
    from verger.spark import ImageFeaturizer  # noqa: PLC0415

    frame = spark.createDataFrame([("a.jpg", 1)], "path string, number int")
    stage = ImageFeaturizer(**{"weights": UNTRAINED, "inputCol": "path"} | params)
    with pytest.raises(kind, match=words) as error:
        stage.transform(frame)
    assert "\n" not in str(error.value)


def test_params_are_checked_when_they_are_set(stage):
    for params in ({"handleInvalid": "drop"}, {"outputType": "list"}, {"precision": "f64"}):
        with pytest.raises(TypeError, match="must be one of"):
            stage(**params)
    with pytest.raises(TypeError, match="unexpected keyword"):
        stage(maxPixels=3)


def test_every_param_has_setters_getters_and_a_description(stage):
    featurizer = stage().setInputCol("a").setOutputCol("b").setErrorCol("c").setMaxPixels(7)
    featurizer.setHandleInvalid("keep").setOutputType("vector").setPrecision("bf16")
    featurizer.setExifOrientation(True).setParams(retries=3, s3_region="eu-west-3")
    assert featurizer.getInputCol() + featurizer.getOutputCol() + featurizer.getErrorCol() == "abc"
    assert (featurizer.getMaxPixels(), featurizer.getExifOrientation()) == (7, True)
    assert (featurizer.getPrecision(), featurizer.getOutputType()) == ("bf16", "vector")
    assert featurizer.getStorage() == {"retries": 3, "s3_region": "eu-west-3"}
    assert featurizer.getWeights() == UNTRAINED
    assert featurizer.getModel() is None
    for param in featurizer.params:
        assert param.doc, param.name


def test_it_is_saved_and_loaded_alone_and_in_a_pipeline(stage, images, by_path, tmp_path):
    from pyspark.ml import Pipeline, PipelineModel  # noqa: PLC0415
    from verger.spark import ImageFeaturizer  # noqa: PLC0415

    featurizer = stage(outputCol="found", handleInvalid="keep", max_pixels=10**6)
    featurizer.save(str(tmp_path / "stage"))
    loaded = ImageFeaturizer.load(str(tmp_path / "stage"))
    assert loaded.uid == featurizer.uid
    assert loaded.extractParamMap() == featurizer.extractParamMap()
    assert (
        '"class":"verger.spark.ImageFeaturizer"'
        in next((tmp_path / "stage" / "metadata").glob("part-*")).read_text()
    )
    Pipeline(stages=[stage()]).fit(images).write().overwrite().save(str(tmp_path / "pipeline"))
    pipeline = PipelineModel.load(str(tmp_path / "pipeline"))
    actual = features_by_path(pipeline.transform(images.limit(4)))
    assert actual == {path: bits(by_path[path]) for path in actual}


def test_a_worker_builds_the_network_once(spark, stage, images):
    def kept(batches):
        import pyarrow as pa  # noqa: PLC0415
        from verger.spark import _worker  # noqa: PLC0415

        assert sum(batch.num_rows for batch in batches) == 1
        for value in _worker._kept.values():
            if type(value).__name__ == "Featurizer":
                yield pa.record_batch({"pid": [os.getpid()], "network": [id(value)]})

    def of_workers():
        frame = spark.range(20, numPartitions=20).mapInArrow(kept, "pid long, network long")
        return {(row.pid, row.network) for row in frame.collect()}

    def transform():
        stage(max_pixels=10**8 + 1).transform(images.repartition(8)).write.format("noop").mode(
            "overwrite"
        ).save()

    transform()
    before = of_workers()
    transform()
    assert before
    assert before <= of_workers()  # and not one built again


def test_the_weights_are_broadcast_once(spark, real_weights, paths):
    from verger.spark import ImageFeaturizer, _network  # noqa: PLC0415

    expected = package.Featurizer(real_weights).transform(paths[:6])
    before = set(_network._broadcasts)
    for weights in (real_weights, real_weights.as_uri()):
        stage = ImageFeaturizer(inputCol="path", weights=weights)
        frame = spark.createDataFrame([(str(path),) for path in paths[:6]], "path string")
        actual = features_by_path(stage.transform(frame.repartition(3)))
        assert actual == {str(path): bits(row) for path, row in zip(paths, expected, strict=False)}
    ((_, digest),) = set(_network._broadcasts) - before
    assert digest == hashlib.sha256(real_weights.read_bytes()).hexdigest()


def test_each_image_is_taken_once(spark, stage, images):
    frame, count = counted(spark, images)
    rows = stage(errorCol="error").transform(frame).where("error is null").select("features")
    assert len(rows.collect()) == 60
    assert count.value == 60


def test_verger_does_not_need_spark():
    code = "import sys, verger; print(sorted({'pyspark', 'pyarrow', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
