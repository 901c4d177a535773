# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium for the tests of pages: what it asked for, what went wrong in it."""

import contextlib
import json
import shutil
import time

from selenium import webdriver

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",  # WebGL without a GPU
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,1000",
]


@contextlib.contextmanager
def chromium_driver(profile):
    """Drive a Chromium that keeps its own things in the folder `profile`."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


def until(condition, message):
    """Wait for what `condition` returns to be true; return it."""
    deadline = time.monotonic() + 60
    while not (value := condition()):
        assert time.monotonic() < deadline, message
        time.sleep(0.1)
    return value


def requests_of(driver):
    """What was asked for since the last call, as a set of URLs."""
    log = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    return {
        m["params"]["request"]["url"] for m in log if m["method"] == "Network.requestWillBeSent"
    }


def errors_of(driver):
    """What the browser complained of since the last call."""
    return [e["message"] for e in driver.get_log("browser") if e["level"] == "SEVERE"]
