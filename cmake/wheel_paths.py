# SPDX-License-Identifier: Apache-2.0
"""Print where the wheels keep their C++ headers and libraries, one `key=value` a line.

Run by cmake/Wheels.cmake with the Python of .venv/core. A package that is absent is left out. In a
folder that is named as argument packages are looked for first.
"""

import sys
from importlib.util import find_spec
from pathlib import Path


def package_dir(name: str) -> Path | None:
    """Return the folder of an installed package, without importing it."""
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def main() -> None:
    """Look the packages up and print what is there."""
    sys.path[:0] = sys.argv[1:]
    if openvino := package_dir("openvino"):
        print(f"OPENVINO_CMAKE={openvino / 'cmake'}")
        print(f"OPENVINO_LIBS={openvino / 'libs'}")
    if pyarrow := package_dir("pyarrow"):
        print(f"ARROW_INCLUDE={pyarrow / 'include'}")
        print(f"ARROW_LIBS={pyarrow}")
    if openblas := package_dir("scipy_openblas32"):
        print(f"OPENBLAS_INCLUDE={openblas / 'include'}")
        print(f"OPENBLAS_LIBS={openblas / 'lib'}")
    if plotly := package_dir("plotly"):
        print(f"PLOTLY_JS={plotly / 'package_data' / 'plotly.min.js'}")
    if nanobind := package_dir("nanobind"):
        print(f"NANOBIND_CMAKE={nanobind / 'cmake'}")


if __name__ == "__main__":
    main()
