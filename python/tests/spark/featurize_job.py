"""A job for spark-submit: featurize_job.py INPUT OUTPUT WEIGHTS PARTITIONS.

The features of the photographs below INPUT, by mapInArrow; with each row, where its executor's
package was found.
"""

import sys

import pyarrow as pa
import verger
from pyspark.sql import SparkSession

COLUMNS = "path string, features array<float>, package string"


def featurizing(weights):
    """A function from record batches of binaryFile to record batches of COLUMNS."""

    def featurize(batches):
        featurizer = verger.Featurizer(weights, threads=1)
        for batch in batches:
            features = pa.record_batch(featurizer.featurize(batch)).column("features")
            yield pa.record_batch(
                {
                    "path": batch.column("path"),
                    "features": features.cast(pa.list_(pa.float32())),
                    "package": pa.array([verger.__file__] * batch.num_rows),
                }
            )

    return featurize


def main():
    """Run the job."""
    place, output, weights, partitions = sys.argv[1:]
    spark = SparkSession.builder.appName("verger featurize").getOrCreate()
    options = {"pathGlobFilter": "*.jpg", "recursiveFileLookup": "true"}
    photographs = spark.read.format("binaryFile").options(**options).load(place)
    spark.sparkContext.setJobDescription(f"Features of the photographs in {place}")
    rows = photographs.select("path", "content").repartition(int(partitions))
    rows.mapInArrow(featurizing(weights), COLUMNS).write.mode("errorifexists").parquet(output)
    spark.stop()


if __name__ == "__main__":
    main()
