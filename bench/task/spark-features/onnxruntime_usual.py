# SPDX-License-Identifier: Apache-2.0
"""A pandas UDF on ONNX Runtime, as it is usually written: WEIGHTS is an ONNX file.

The iterator makes its inference session, so each task makes one, with the default options, which
give it a thread a core. Otherwise it is onnxruntime_udf.
"""

import onnxruntime_udf


def inference(model: bytes):
    """Return an inference session."""
    import onnxruntime  # noqa: PLC0415 - of the workers

    return onnxruntime.InferenceSession(model)


if __name__ == "__main__":
    onnxruntime_udf.main("onnxruntime_usual")
