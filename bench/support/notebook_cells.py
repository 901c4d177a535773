# SPDX-License-Identifier: Apache-2.0
"""The notebook that verger replaces, as it is written: its feature step and its reduction.

From its facts: binaryFile; label from the path; repartition(24); an iterator pandas UDF that builds
Keras' MobileNetV2 in each task, sets the broadcast weights, and predicts each batch of the Series,
opened and resized by Pillow; a Parquet table. Then a Python UDF to dense vectors, StandardScaler,
PCA of 160 components to find how many have 95 %, PCA of that many, and a second table. It caches
nothing, so that each action computes the features anew.

Two things are left out in its favour: it loads the ImageNet file in each task before it sets the
broadcast weights, and shows some rows on the way.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark import Accumulator, Broadcast
from pyspark.ml.feature import PCA, StandardScaler
from pyspark.ml.linalg import Vectors, VectorUDT
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql.functions import PandasUDFType, element_at, pandas_udf, split, udf

PARTITIONS = 24
ASSUMED = 160  # components, of which the notebook takes the first with LIMIT per cent
LIMIT = 95


def network():
    """Return MobileNetV2 up to the last layer but one, its weights still random."""
    from tensorflow.keras import Model  # noqa: PLC0415 - seconds, and of the workers
    from tensorflow.keras.applications.mobilenet_v2 import MobileNetV2  # noqa: PLC0415

    whole = MobileNetV2(weights=None, include_top=True, input_shape=(224, 224, 3))
    return Model(inputs=whole.input, outputs=whole.layers[-2].output)


def weights_of(path: str) -> list[np.ndarray]:
    """Return the weights in a Keras file without top, in the order of network()."""
    from tensorflow.keras.applications.mobilenet_v2 import MobileNetV2  # noqa: PLC0415

    model = MobileNetV2(weights=None, include_top=False, pooling="avg", input_shape=(224, 224, 3))
    model.load_weights(path)
    return model.get_weights()


def opened(content: bytes) -> np.ndarray:
    """Return the tensor of an image."""
    from PIL import Image  # noqa: PLC0415
    from tensorflow.keras.applications.mobilenet_v2 import preprocess_input  # noqa: PLC0415
    from tensorflow.keras.preprocessing.image import img_to_array  # noqa: PLC0415

    return preprocess_input(img_to_array(Image.open(io.BytesIO(content)).resize([224, 224])))


def featurizing(weights: Broadcast, predicted: Accumulator):
    """Return the UDF from contents to features; `predicted` counts the images that it does."""

    def featurize(contents):
        model = network()
        model.set_weights(weights.value)
        for series in contents:
            features = model.predict(np.stack(series.map(opened)), verbose=0)
            predicted.add(len(series))
            yield pd.Series([row.flatten() for row in features])

    return pandas_udf(featurize, "array<float>", PandasUDFType.SCALAR_ITER)


@dataclass
class Notebook:
    """A session in which the first cells have run."""

    spark: SparkSession
    featurize: Column  # the UDF
    predicted: Accumulator

    @classmethod
    def open(cls, spark: SparkSession, weights: str) -> "Notebook":
        """Load the network's weights and broadcast them."""
        context = spark.sparkContext
        predicted = context.accumulator(0)
        return cls(spark, featurizing(context.broadcast(weights_of(weights)), predicted), predicted)

    def features(self, photographs: Path) -> DataFrame:
        """Return the features to be; nothing is computed yet."""
        options = {"pathGlobFilter": "*.jpg", "recursiveFileLookup": "true"}
        images = self.spark.read.format("binaryFile").options(**options).load(str(photographs))
        images = images.withColumn("label", element_at(split(images["path"], "/"), -2))
        features = self.featurize("content").alias("features")
        return images.repartition(PARTITIONS).select("path", "label", features)

    def extract(self, photographs: Path, out: Path) -> DataFrame:
        """Run the cells up to the first table; return its DataFrame, which is not cached."""
        frame = self.features(photographs)
        frame.write.mode("overwrite").parquet(str(out))
        return frame

    def reduce(self, features: DataFrame, out: Path) -> np.ndarray:
        """Run the cells up to the second table; return the shares of ASSUMED components."""
        to_vector = udf(Vectors.dense, VectorUDT())
        frame = features.withColumn("features_vectors", to_vector("features"))
        scaler = StandardScaler(
            inputCol="features_vectors", outputCol="features_scaled", withStd=True, withMean=True
        )
        scaled = scaler.fit(frame).transform(frame)
        columns = {"inputCol": "features_scaled", "outputCol": "features_pca"}
        shares = PCA(k=ASSUMED, **columns).fit(scaled).explainedVariance.toArray()
        k = int(np.argmax(np.cumsum(100 * shares) >= LIMIT)) + 1  # 1 when none has so much
        reduced = PCA(k=k, **columns).fit(scaled).transform(scaled)
        reduced.write.mode("overwrite").parquet(str(out / "pca_results"))
        return shares
