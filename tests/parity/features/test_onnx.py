# SPDX-License-Identifier: Apache-2.0
"""ONNX models give the features that ONNX Runtime gives."""

import numpy as np
import pytest
from parity.features.sides import BOUND, ask_verger, largest_difference

pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")


@pytest.mark.parametrize("layout", ["NHWC", "NCHW"])
def test_mobilenet_as_onnx_gives_what_onnx_runtime_gives(
    layout, untrained, tensors, tmp_path, note
):
    from parity.features.keras_to_onnx import to_onnx  # noqa: PLC0415 - needs onnx

    path = tmp_path / "mobilenet.onnx"
    path.write_bytes(to_onnx(untrained, layout))
    images = np.stack(tensors)
    given = images if layout == "NHWC" else np.ascontiguousarray(images.transpose(0, 3, 1, 2))
    theirs = onnxruntime.InferenceSession(path).run(None, {"image": given})[0]
    assert largest_difference(theirs, untrained.predict(images, verbose=0)) <= BOUND
    difference = largest_difference(ask_verger(images, "--model", path), theirs)
    assert difference <= BOUND
    note(
        stage="features",
        what=f"MobileNetV2 as ONNX, {layout}, largest feature = 1",
        reference="ONNX Runtime",
        cases=len(images),
        difference=difference,
        bound=f"{BOUND:.0e}",
    )
