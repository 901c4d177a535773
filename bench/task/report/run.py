# SPDX-License-Identifier: Apache-2.0
"""Measure how fluid the report's map is: the time between frames while it is dragged.

usage: run.py [--points N] [--seconds S] [--json FILE]

The points are made up, in 131 classes, and `verger report` makes their report; a headless Chromium
draws it, by the processor alone where there is no GPU. A mouse drags the map to and fro. Of each
view, the islands and the plane of components: how often the map is drawn a second, and what each
time takes of the page's own thread in scripts, which is what a GPU leaves of it.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from selenium import webdriver
from selenium.webdriver.common.by import By

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests")]
from browser.browsing import chromium_driver, until  # noqa: E402

PROGRAM = ROOT / "build" / "verger"
CLASSES, FEATURES = 131, 64
COUNT_DRAWN = "window.drawn_ = 0; byId('map-plot').on('plotly_relayouting', () => { drawn_ += 1; })"


def make_report(folder: Path, points: int) -> Path:
    """Make up features around a centre a class; return their report."""
    random = np.random.default_rng(1)
    label = np.arange(points) % CLASSES
    features = random.normal(size=(CLASSES, FEATURES))[label]
    features = (features + 0.6 * random.normal(size=(points, FEATURES))).astype(np.float32)
    names = [f"Class {number}" for number in label]
    table = {
        "path": [f"file:/in/{name}/{i}.jpg" for i, name in enumerate(names)],
        "label": names,
        "features": pa.array(list(features), pa.list_(pa.float32())),
    }
    pq.write_table(pa.table(table), folder / "features.parquet")
    for command in (("reduce", folder, folder / "out"), ("report", folder / "out")):
        subprocess.run([PROGRAM, *command], check=True, capture_output=True)
    return folder / "out" / "report.html"


def drag(browser: webdriver.Chrome, seconds: float) -> None:
    """Press on the middle of the map, and move to and fro."""
    x, y = browser.execute_script(
        "byId('map-plot').scrollIntoView({behavior: 'instant', block: 'center'});"
        "const box = byId('map-plot').getBoundingClientRect();"
        "return [Math.round(box.left + box.width / 2), Math.round(box.top + box.height / 2)]"
    )

    def send(kind: str, dx: int, dy: int) -> None:
        event = {"type": kind, "x": x + dx, "y": y + dy, "button": "left", "clickCount": 1}
        browser.execute_cdp_cmd("Input.dispatchMouseEvent", event | {"buttons": 1})

    send("mousePressed", 0, 0)
    end = time.monotonic() + seconds
    for step in itertools.count():
        if time.monotonic() > end:
            break
        send("mouseMoved", round(80 * np.sin(step / 10)), round(40 * np.cos(step / 10)))
    send("mouseReleased", 0, 0)


def script_seconds(browser: webdriver.Chrome) -> float:
    """Return how long scripts have run in the page."""
    metrics = browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "ScriptDuration")


def measure(browser: webdriver.Chrome, view: str, seconds: float) -> dict[str, float]:
    """Drag this view; return how often it was drawn and what that took."""
    browser.find_element(By.ID, view).click()
    drag(browser, 1)  # what is made once is made
    browser.execute_script(COUNT_DRAWN)
    began, before = time.monotonic(), script_seconds(browser)
    drag(browser, seconds)
    drawn = browser.execute_script("return drawn_")
    if drawn == 0:
        sys.exit("The map did not move: nothing was measured.")
    script = script_seconds(browser) - before
    return {
        "drawn_per_s": drawn / (time.monotonic() - began),
        "script_ms": 1e3 * script / drawn,
    }


def main() -> None:
    """Make the report, drag its map, print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=22_688)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    measured: dict[str, object] = {"points": arguments.points}
    with tempfile.TemporaryDirectory() as name:
        page = make_report(Path(name), arguments.points)
        with chromium_driver(Path(name) / "chromium") as browser:
            browser.get(page.as_uri())
            ready = "return document.documentElement.dataset.ready"
            until(lambda: browser.execute_script(ready), "ready")
            measured["webgl"] = browser.execute_script("return webgl")
            browser.execute_cdp_cmd("Performance.enable", {})
            for view in ("islands", "plane"):
                measured[view] = figures = measure(browser, view, arguments.seconds)
                print(f"{view}: drawn {figures['drawn_per_s']:.1f} times a second, "
                      f"{figures['script_ms']:.1f} ms of scripts each time")  # fmt: skip
    if arguments.json:
        arguments.json.write_text(json.dumps(measured, indent=2))


if __name__ == "__main__":
    main()
