"""Loads the shared libraries of OpenVINO and OpenBLAS, which come in wheels of their own."""

from __future__ import annotations

import ctypes
from importlib.util import find_spec
from pathlib import Path

_LIBRARIES = (
    ("openvino", "libs/libopenvino.so.*"),
    ("scipy_openblas32", "lib/libscipy_openblas.so"),
)


def _load_libraries() -> None:
    """Load them wherever Python finds their packages.

    The native module looks for them beside itself, in one site-packages; this serves those who have
    them in another, such as that of the system below a virtual environment. What is absent is left
    to the dynamic linker, which may know another place.
    """
    for package, pattern in _LIBRARIES:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            continue
        for library in sorted(Path(spec.origin).parent.glob(pattern)):
            ctypes.CDLL(str(library))


_load_libraries()
