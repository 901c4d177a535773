# SPDX-License-Identifier: Apache-2.0
"""Loads OpenVINO's shared library, which comes in a wheel of its own."""

from __future__ import annotations

import ctypes
from importlib.util import find_spec
from pathlib import Path


def load_openvino() -> None:
    """Load the library wherever Python finds its package; before an ONNX model is loaded.

    The native module's plug-in looks for it beside the package, in one site-packages; this serves
    those who have it in another, such as that of the system below a virtual environment. When it is
    absent, that is left to the dynamic linker, which may know another place.
    """
    spec = find_spec("openvino")
    if spec is None or spec.origin is None:
        return
    for library in sorted(Path(spec.origin).parent.glob("libs/libopenvino.so.*")):
        ctypes.CDLL(str(library))
