# SPDX-License-Identifier: Apache-2.0
"""SynapseML's ONNXModel on Spark 3.5: Pillow's tensors from Python by Arrow, inferred in the JVM.

SynapseML's own ImageTransformer resizes to other pixels than Pillow, so it cannot give the same
features. ONNXModel makes a session a partition, and takes tensors as nested arrays alone: planes of
rows, NCHW, are far quicker to nest than rows of pixels.
"""

from collections.abc import Iterator

import contest
import numpy as np
import onnx_worker
import pyarrow as pa
import session
from pyspark.sql.functions import col, element_at, split
from synapse.ml.onnx import ONNXModel

JARS = contest.ROOT / "build" / "maven" / "synapseml"
SCHEMA = "path string, label string, tensor array<array<array<float>>>"


def nested(values: np.ndarray) -> pa.Array:
    """Return (images, channels, rows, columns) as a list of lists of lists an image."""
    result = pa.array(values.ravel())
    for size in values.shape[:0:-1]:
        offsets = pa.array(np.arange(0, len(result) + 1, size, dtype=np.int32))
        result = pa.ListArray.from_arrays(offsets, result)
    return result


def tensors(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Put tensors in place of contents, BATCH images at once."""
    for batch in batches:
        for start in range(0, len(batch), onnx_worker.BATCH):
            few = batch.slice(start, onnx_worker.BATCH)
            pixels = [onnx_worker.tensor(content) for content in few["content"].to_pylist()]
            planes = np.stack(pixels).transpose(0, 3, 1, 2)
            arrays = [few["path"], few["label"], nested(planes)]
            yield pa.RecordBatch.from_arrays(arrays, ["path", "label", "tensor"])


def network(onnx: str) -> ONNXModel:
    """Return the stage from tensors to features."""
    model = ONNXModel().setModelLocation(onnx).setDeviceType("CPU")
    model = model.setFeedDict({"image": "tensor"}).setFetchDict({"features": "features"})
    return model.setMiniBatchSize(onnx_worker.BATCH)


def main() -> None:
    """Contend; WEIGHTS is an ONNX file that takes NCHW."""
    given = session.arguments()
    jars = ",".join(map(str, sorted(JARS.glob("*.jar"))))
    spark = session.start(threads=given.threads, settings={"spark.jars": jars})
    model = network(given.weights)

    def step(photographs, out):
        options = {"pathGlobFilter": "*.jpg", "recursiveFileLookup": "true"}
        images = spark.read.format("binaryFile").options(**options).load(str(photographs))
        label = element_at(split(col("path"), "/"), -2).alias("label")
        rows = images.repartition(2 * given.threads).select("path", label, "content")
        rows = model.transform(rows.mapInArrow(tensors, SCHEMA))
        rows.select("path", "label", "features").write.mode("overwrite").parquet(str(out))

    session.contend(step, given)
    spark.stop()


if __name__ == "__main__":
    main()
