"""Loads the shared libraries of OpenBLAS and OpenVINO, which come in wheels of their own."""

from __future__ import annotations

import ctypes
from importlib.util import find_spec
from pathlib import Path


def _load(package: str, pattern: str) -> None:
    """Load a library wherever Python finds its package.

    The native modules look for it beside themselves, in one site-packages; this serves those who
    have it in another, such as that of the system below a virtual environment. When it is absent,
    that is left to the dynamic linker, which may know another place.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return
    for library in sorted(Path(spec.origin).parent.glob(pattern)):
        ctypes.CDLL(str(library))


def load_openvino() -> None:
    """To be called before an ONNX model is loaded; nothing else needs it."""
    _load("openvino", "libs/libopenvino.so.*")


_load("scipy_openblas32", "lib/libscipy_openblas.so")  # the native module is linked to it
