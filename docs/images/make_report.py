# SPDX-License-Identifier: Apache-2.0
"""Draw docs/images/report.png: the report of a run on the sample orchard, in a headless Chromium.

usage: make_report.py WEIGHTS.h5 [OUT.png]
"""

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]
from browser.browsing import chromium_driver, until  # noqa: E402

SHOWN = {"width": 1280, "height": 1130, "deviceScaleFactor": 1, "mobile": False}


def make_page(folder: Path, weights: str) -> Path:
    """Run the chain on the orchard; return the report, as if both lay in /srv."""
    verger = ROOT / "build" / "verger"
    orchard, output = folder / "Orchard", folder / "Results"
    sample = ("sample", orchard, "--images", "800", "--classes", "12", "--seed", "5")
    for command in (sample, ("run", orchard, output, "--weights", weights)):
        subprocess.run([verger, *command], check=True)
    page = folder / "report.html"
    page.write_text((output / "report.html").read_text().replace(str(folder), "/srv"))
    return page


def main() -> None:
    """Make the page and its picture."""
    target = sys.argv[2] if len(sys.argv) > 2 else ROOT / "docs" / "images" / "report.png"
    with tempfile.TemporaryDirectory() as temporary:
        page = make_page(Path(temporary), sys.argv[1])
        with chromium_driver(Path(temporary) / "chromium") as browser:
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", SHOWN)
            browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
            browser.get(page.as_uri())
            ready = "return document.documentElement.dataset.ready"
            until(lambda: browser.execute_script(ready), "ready")
            until(lambda: browser.execute_script("return byId('names').childElementCount"), "names")
            picture = Image.open(io.BytesIO(browser.get_screenshot_as_png()))
    picture.convert("RGB").quantize(128).save(target, optimize=True)


if __name__ == "__main__":
    main()
