"""The report in a real Chromium: what people see, by mouse and by keyboard."""

import shutil

import pytest
from browser.browsing import chromium_driver, errors_of, requests_of, until
from conftest import UNTRAINED
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytestmark = pytest.mark.heavy
HOSTILE = "<script>document.title = 'hacked'<&>"
SCROLL = "byId('map-plot').scrollIntoView({behavior: 'instant', block: 'center'});"


@pytest.fixture(scope="module")
def page(verger, orchard, tmp_path_factory):
    """The report of a run with a hostile label, a hostile file name and a rejected file."""
    folder = tmp_path_factory.mktemp("report")
    shutil.copytree(orchard, folder / "in")
    hostile = folder / "in" / HOSTILE
    hostile.mkdir()
    photograph = min(orchard.rglob("*.jpg"))
    shutil.copy(photograph, hostile / "<img src=x onerror=document.title='hacked'>.jpg")
    (hostile / "<b>bad.jpg").write_text("bad")  # the photograph above has its copy among the others
    verger("run", folder / "in", folder / "out", "--weights", UNTRAINED)
    return folder / "out" / "report.html"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with chromium_driver(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture
def opened(chromium, page):
    chromium.get("about:blank")
    requests_of(chromium)  # what the browser's own first page asked for
    chromium.get(page.as_uri())
    until(lambda: chromium.execute_script("return document.documentElement.dataset.ready"), "ready")
    yield chromium
    assert errors_of(chromium) == []


def test_every_chart_is_drawn_and_nothing_is_fetched(opened, page):
    for name in ("map", "variance", "spectrum", "balance", "time", "worker"):
        found = opened.find_element(By.ID, f"{name}-plot")
        assert found.find_elements(By.CSS_SELECTOR, ".main-svg"), name
        assert found.get_attribute("aria-label")
    asked = requests_of(opened)
    assert page.as_uri() in asked
    assert [u for u in asked - {page.as_uri()} if not u.startswith(("data:", "blob:"))] == []


def test_hostile_text_is_text(opened):
    assert "hacked" not in opened.title
    names = [e.text for e in opened.find_elements(By.CSS_SELECTOR, "#classes span")]
    assert HOSTILE in names
    assert "<b>bad.jpg" in opened.find_element(By.ID, "rejected-table").text
    assert opened.find_elements(By.CSS_SELECTOR, "img[src='x'], main script, td b") == []


def test_near_duplicates_are_shown_with_their_labels(opened):
    assert "2 images in 1 group of images whose" in opened.find_element(By.ID, "copies-note").text
    row = opened.find_element(By.CSS_SELECTOR, "#copies-table tbody tr")
    assert "⚠ differ: " in row.text
    assert HOSTILE in row.text
    pictures = row.find_elements(By.TAG_NAME, "img")
    assert len(pictures) == 2
    until(lambda: all(p.get_property("naturalWidth") == 56 for p in pictures), "the thumbnails")


def test_a_point_shows_its_photograph(opened):
    opened.execute_script(
        SCROLL + "byId('map-plot').emit('plotly_hover', "
        "{points: [{customdata: shown[3]}], event: {clientX: 99, clientY: 99}})"
    )
    picture = opened.find_element(By.CSS_SELECTOR, "#tip img")
    assert picture.is_displayed()
    until(lambda: picture.get_property("naturalWidth") == 56, "the thumbnail")


def test_the_mouse_finds_points(opened):
    where = opened.execute_script(
        SCROLL + "const plot = byId('map-plot');"
        "const box = plot.getBoundingClientRect(), {xaxis: x, yaxis: y} = plot._fullLayout;"
        "return [box.left + x._offset + x.d2p(points.x[5]),"
        "        box.top + y._offset + y.d2p(points.y[5])]"
    )
    chain = webdriver.ActionChains(opened)
    chain.w3c_actions.pointer_action.move_to_location(round(where[0]) - 3, round(where[1]))
    chain.w3c_actions.pointer_action.move_to_location(round(where[0]), round(where[1]))
    chain.perform()
    until(lambda: opened.find_element(By.ID, "tip").is_displayed(), "the tip")


def test_classes_are_hidden_by_keyboard(opened):
    shown = "return byId('map-plot').data[0].x.length"
    assert opened.execute_script(shown) == 61
    button = opened.find_element(By.CSS_SELECTOR, "#classes button")
    button.send_keys(Keys.SPACE)
    assert button.get_attribute("aria-pressed") == "false"
    until(lambda: opened.execute_script(shown) < 61, "the class is hidden")
    opened.find_element(By.ID, "none").send_keys(Keys.ENTER)
    until(lambda: opened.execute_script(shown) == 0, "none is shown")
    opened.find_element(By.ID, "search").send_keys("document")
    opened.find_element(By.ID, "all").send_keys(Keys.ENTER)
    until(lambda: opened.execute_script(shown) == 1, "what was found is shown")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_it_fits_screens_in_both_themes(opened, theme, width):
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    media = [{"name": "prefers-color-scheme", "value": theme}]
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    root = "return document.documentElement"
    until(lambda: opened.execute_script(root + ".dataset.theme") == theme, theme)
    until(lambda: opened.execute_script(root + ".scrollWidth") <= width, "no wider than the screen")
    assert opened.execute_script("return innerWidth") == width  # nothing made it zoom out
    opened.find_element(By.ID, "theme").send_keys(Keys.ENTER)
    assert opened.execute_script(root + ".dataset.theme") != theme
    opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
