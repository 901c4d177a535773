# SPDX-License-Identifier: Apache-2.0
"""Makes of a wheel of the package the one for any Python from 3.9 on: any_python.py WHEEL FOLDER.

It has all but the native module: the program, verger-spark and verger-emr. pip takes it where no
wheel fits the interpreter better.
"""

import base64
import hashlib
import re
import sys
import zipfile
from pathlib import Path

OLDEST = "3.9"


def is_native(name: str) -> bool:
    """Whether a file is the native module's."""
    return name.startswith("verger/_verger")


def without_native(name: str, data: bytes) -> bytes:
    """Return a file's content as it is without the native module."""
    if name.endswith(".dist-info/WHEEL"):
        return re.sub(rb"(?m)^Tag: cp\d+-\w+-", b"Tag: py3-none-", data)
    if name.endswith(".dist-info/METADATA"):
        data = re.sub(rb"(?m)^Requires-Python: .*$", b"Requires-Python: >=" + OLDEST.encode(), data)
        return re.sub(rb"(?m)^Requires-Dist: numpy[^;\n]*\n", b"", data)
    return data


def record_line(name: str, data: bytes) -> str:
    """Return a file's line in RECORD."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


def main() -> None:
    """Make it."""
    wheel, folder = map(Path, sys.argv[1:])
    made = folder / re.sub(r"-cp\d+-\w+?-(?=\w+\.whl$)", "-py3-none-", wheel.name)
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    with zipfile.ZipFile(wheel) as native, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as any_:
        for entry in native.infolist():
            if is_native(entry.filename) or entry.is_dir():
                continue
            if entry.filename.endswith(".dist-info/RECORD"):
                record = entry
                continue
            data = without_native(entry.filename, native.read(entry))
            any_.writestr(entry, data, zipfile.ZIP_DEFLATED)
            lines.append(record_line(entry.filename, data))
        any_.writestr(record, "".join([*lines, f"{record.filename},,\n"]), zipfile.ZIP_DEFLATED)
    print(made)


if __name__ == "__main__":
    main()
