# SPDX-License-Identifier: Apache-2.0
"""Put the report's page together: `report_page.py SOURCES PLOTLY_JS OUTPUT`.

SOURCES holds page.html, and what goes into it at @NAME@: style.css and the scripts. The charting
library goes in compressed, as base64, and is unpacked by the browser.
"""

import base64
import gzip
import re
import sys
from pathlib import Path


def main() -> None:
    """Write the page; the same inputs give the same bytes."""
    sources, plotly, output = map(Path, sys.argv[1:])
    packed = base64.b64encode(gzip.compress(plotly.read_bytes(), 9, mtime=0)).decode()
    parts = {path.name: path.read_text() for path in sources.iterdir()}
    parts["plotly"] = packed
    page = re.sub(r"@\[([a-z_.]+)\]", lambda name: parts[name[1]], parts["page.html"])
    output.write_text(page)


if __name__ == "__main__":
    main()
