# SPDX-License-Identifier: Apache-2.0
"""verger-spark as one file, for drivers on machines where nothing of this package is installed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

_MODULES = ("__init__.py", "_console.py", "_errors.py", "_live_line.py", "_program.py",
            "_result.py", "_secrets.py", "spark/__init__.py", "spark/_script.py", "spark/cli.py",
            "spark/job/*.py")  # fmt: skip
_MAIN = "import sys\n\nfrom verger.spark.cli import main\n\nsys.exit(main())\n"


def script() -> bytes:
    """Return the file: a zip archive that Python runs as it runs a script, whatever its name.

    spark-submit takes it where it ends in .py. The same modules give the same bytes.
    """
    package = Path(__file__).parents[1]
    texts = {"__main__.py": _MAIN}
    for pattern in _MODULES:
        for path in sorted(package.glob(pattern)):
            texts[f"verger/{path.relative_to(package)}"] = path.read_text(encoding="utf-8")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def write_script(path: Path) -> None:
    """Write the file."""
    path.write_bytes(script())
