# SPDX-License-Identifier: Apache-2.0
"""ImageFeaturizer on photographs on S3, their features to a local table; see run.py.

--route path: a column of paths, which the tasks read, many at once.
--route content: Spark's binaryFile through s3a, which reads one after another.
"""

import os

import session
from pyarrow import fs
from servers.s3a import s3a_settings
from verger.spark import ImageFeaturizer

PARTITIONS = 8  # a few times the cores, as docs/spark.md advises


def paths_below(place: str) -> list[tuple[str]]:
    """List a folder of the bucket, as one does who has no s3a."""
    endpoint = os.environ["AWS_ENDPOINT_URL"].split("//")[1]
    store = fs.S3FileSystem(endpoint_override=endpoint, scheme="http", region="us-east-1")
    listed = store.get_file_info(fs.FileSelector(place, recursive=True))
    return [(f"s3://{info.path}",) for info in listed if info.is_file]


def main() -> None:
    """Contend: the clock runs from the listing to the last part."""
    given = session.arguments()
    content = given.route == "content"
    spark = session.start(settings=s3a_settings(os.environ["AWS_ENDPOINT_URL"]) if content else {})
    featurizer = ImageFeaturizer(
        inputCol="path" if given.route == "path" else "content", weights=given.weights
    )

    def step(photographs, out):
        place = f"p8-data/{photographs.name}"
        if given.route == "path":
            images = spark.createDataFrame(paths_below(place), "path string")
            images = images.repartition(PARTITIONS)
        else:
            options = {"pathGlobFilter": "*.jpg", "recursiveFileLookup": "true"}
            images = spark.read.format("binaryFile").options(**options).load(f"s3a://{place}")
        features = featurizer.transform(images).select("path", "features")
        features.write.mode("overwrite").parquet(str(out))

    session.contend(step, given)
    spark.stop()


if __name__ == "__main__":
    main()
