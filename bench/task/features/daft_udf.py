# SPDX-License-Identifier: Apache-2.0
"""Daft: files downloaded as bytes, a process a core that decodes and infers in batches, Parquet.

A process' session has one thread, since each core has a process. Daft resizes by itself as well,
but to other pixels than Pillow.
"""

from pathlib import Path

import daft
import onnx_worker
import session
from daft import DataType, col
from daft.functions import download


class Featurizer:
    """Of a process: its session."""

    def __init__(self, model: bytes) -> None:
        """Make the session."""
        self.network = onnx_worker.inference(model)

    @daft.method.batch(return_dtype=DataType.list(DataType.float32()), batch_size=onnx_worker.BATCH)
    def features(self, contents: daft.Series):
        """Return the features of a batch."""
        return list(onnx_worker.features(self.network, contents.to_pylist()))


def main() -> None:
    """Contend; WEIGHTS is an ONNX file."""
    given = session.arguments()
    of_a_core = daft.cls(Featurizer, max_concurrency=given.threads, use_process=True)
    featurizer = of_a_core(Path(given.weights).read_bytes())

    def step(photographs, out):
        path = col("path").regexp_replace("^file:/+", "/")
        images = daft.from_glob_path(f"{photographs}/**/*.jpg")
        rows = images.select(
            ("file:" + path).alias("path"),
            path.regexp_extract("([^/]*)/[^/]*$", 1).alias("label"),
            featurizer.features(download(col("path"))).alias("features"),
        )
        rows.write_parquet(str(out))

    session.contend(step, given)


if __name__ == "__main__":
    main()
