# SPDX-License-Identifier: Apache-2.0
"""A job for spark-submit: pipeline_job.py INPUT OUTPUT WEIGHTS PARTITIONS.

The photographs below INPUT, as Spark itself reads them -> features and principal components, both
as vectors, by a Pipeline.
"""

import sys

from pyspark.ml import Pipeline
from pyspark.sql import SparkSession
from verger.spark import ImageFeaturizer, VariancePCA


def main():
    """Run the job."""
    place, output, weights, partitions = sys.argv[1:]
    spark = SparkSession.builder.appName("verger pipeline").getOrCreate()
    options = {"pathGlobFilter": "*.jpg", "recursiveFileLookup": "true"}
    photographs = spark.read.format("binaryFile").options(**options).load(place)
    images = photographs.select("path", "content").repartition(int(partitions), "path")
    featurizer = ImageFeaturizer(weights=weights, outputType="vector")
    spark.sparkContext.setJobDescription(f"Features of the photographs in {place}")
    features = featurizer.transform(images).drop("content").persist()
    pca = VariancePCA(inputCol="features", orderCol="path", outputType="vector")
    model = Pipeline(stages=[pca]).fit(features)
    model.transform(features).write.mode("errorifexists").parquet(output)
    spark.stop()


if __name__ == "__main__":
    main()
