# SPDX-License-Identifier: Apache-2.0
"""Measure how fluid the report's map is: the time between frames while it is dragged.

usage: run.py [--points N] [--seconds S] [--json FILE]

The points are made up, in 131 classes, and `verger report` makes their report; a headless Chromium
draws it, by the processor alone where there is no GPU. A mouse drags the map to and fro, and
the page notes when each frame begins. Of each view, the islands and the plane of components: the
median and the 95th percentile of the milliseconds between frames.
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
NOTE_FRAMES = (
    "window.frames_ = []; const note = (now) => { window.frames_.push(now); "
    "if (window.frames_) requestAnimationFrame(note); }; requestAnimationFrame(note);"
)


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
    browser.execute_script(NOTE_FRAMES)
    end = time.monotonic() + seconds
    for step in itertools.count():
        if time.monotonic() > end:
            break
        send("mouseMoved", round(80 * np.sin(step / 10)), round(40 * np.cos(step / 10)))
    send("mouseReleased", 0, 0)


def frame_times(browser: webdriver.Chrome, view: str, seconds: float) -> np.ndarray:
    """Return the milliseconds between frames while this view is dragged."""
    browser.find_element(By.ID, view).click()
    before = browser.execute_script("return [...byId('map-plot')._fullLayout.xaxis.range]")
    drag(browser, seconds)
    frames = browser.execute_script("const f = window.frames_; window.frames_ = null; return f")
    after = browser.execute_script("return [...byId('map-plot')._fullLayout.xaxis.range]")
    if before == after:
        sys.exit("The map did not move: nothing was measured.")
    return np.diff(frames)


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
            for view in ("islands", "plane"):
                times = frame_times(browser, view, arguments.seconds)
                median, slow = np.quantile(times, [0.5, 0.95])
                measured[view] = {"median_ms": median, "p95_ms": slow, "frames": len(times)}
                print(f"{view}: {median:.1f} ms between frames, {slow:.1f} at the 95th percentile")
    if arguments.json:
        arguments.json.write_text(json.dumps(measured, indent=2))


if __name__ == "__main__":
    main()
