# SPDX-License-Identifier: Apache-2.0
"""Print the C++ sources that a build compiles, one a line.

usage: compiled_sources.py BUILD [FILE ...]

Only verger's own sources, and only those named when any is.
"""

import json
import sys
from pathlib import Path


def main(arguments: list[str]) -> None:
    """Read BUILD/compile_commands.json and print the sources wanted."""
    root = Path.cwd()
    wanted = {(root / name).resolve() for name in arguments[1:]}
    commands = json.loads((root / arguments[0] / "compile_commands.json").read_text())
    for path in sorted({Path(command["file"]).resolve() for command in commands}):
        ours = path.is_relative_to(root) and not path.is_relative_to(root / "build")
        if ours and (not wanted or path in wanted):
            print(path.relative_to(root))


if __name__ == "__main__":
    main(sys.argv[1:])
