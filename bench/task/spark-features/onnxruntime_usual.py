"""A pandas UDF on ONNX Runtime, as it is usually written: WEIGHTS is an ONNX file.

The iterator makes its inference session, so each task makes one, with the default options, which
give it a thread a core. Otherwise it is onnxruntime_udf.
"""

from collections.abc import Iterator

import onnxruntime_udf
import pandas as pd
from pyspark import Broadcast
from pyspark.sql.functions import pandas_udf


def featurizing(model: Broadcast):
    """Return the UDF from contents to features."""

    @pandas_udf("array<float>")
    def featurize(contents: Iterator[pd.Series]) -> Iterator[pd.Series]:
        import onnxruntime  # noqa: PLC0415 - of the workers

        network = onnxruntime.InferenceSession(model.value)
        for series in contents:
            inputs = map(onnxruntime_udf.tensor, series)
            yield pd.Series([network.run(None, {"image": image})[0][0] for image in inputs])

    return featurize


if __name__ == "__main__":
    onnxruntime_udf.main(featurizing)
