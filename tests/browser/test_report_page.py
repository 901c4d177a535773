# SPDX-License-Identifier: Apache-2.0
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
        plot = opened.find_element(By.ID, f"{name}-plot")
        assert plot.find_elements(By.CSS_SELECTOR, ".main-svg"), name
        assert plot.get_attribute("aria-label")
    asked = requests_of(opened)
    assert page.as_uri() in asked
    assert [u for u in asked - {page.as_uri()} if not u.startswith(("data:", "blob:"))] == []


def test_hostile_text_is_text(opened):
    assert "hacked" not in opened.title
    names = [e.text for e in opened.find_elements(By.CSS_SELECTOR, "#classes span")]
    assert HOSTILE in names
    assert "<b>bad.jpg" in opened.find_element(By.ID, "rejected-table").text
    assert opened.find_elements(By.CSS_SELECTOR, "img[src='x'], main script, td b") == []


def test_the_closest_pairs_are_shown_with_their_labels(opened):
    row = opened.find_element(By.CSS_SELECTOR, "#pairs-table tbody tr")
    assert "⚠ differ: " in row.text
    assert HOSTILE in row.text
    assert "/in/" not in row.text  # paths are as INPUT has them
    pictures = row.find_elements(By.TAG_NAME, "img")
    assert len(pictures) == 2
    until(lambda: all(p.get_property("naturalWidth") == 56 for p in pictures), "the thumbnails")


def test_classes_that_look_alike_are_shown(opened):
    rows = opened.find_elements(By.CSS_SELECTOR, "#confusions-table tbody tr")
    assert any(HOSTILE in row.text and "1 of 1" in row.text for row in rows)
    assert "nearest to one of another class" in opened.find_element(By.ID, "confusions-note").text


def test_tables_are_sorted_by_their_heads(opened):
    head = opened.find_element(By.CSS_SELECTOR, "#pairs-table th.number button")
    first = "return document.querySelector('#pairs-table tbody td.number').textContent"
    cosines = (
        "return Array.from(document.querySelectorAll('#pairs-table tbody td.number'),"
        " cell => +cell.textContent)"
    )
    highest = opened.execute_script(first)
    head.send_keys(Keys.ENTER)
    assert opened.execute_script(first) == highest
    head.send_keys(Keys.ENTER)
    actual = opened.execute_script(cosines)
    assert actual == sorted(actual)
    assert head.find_element(By.XPATH, "..").get_attribute("aria-sort") == "ascending"


def test_a_point_shows_its_photograph(opened):
    opened.execute_script(
        SCROLL + "byId('map-plot').emit('plotly_hover', "
        "{points: [{customdata: shown[3]}], event: {clientX: 99, clientY: 99}})"
    )
    picture = opened.find_element(By.CSS_SELECTOR, "#tip img")
    assert picture.is_displayed()
    until(lambda: picture.get_property("naturalWidth") == 56, "the thumbnail")


def where_is(browser, point):
    """Scroll the map into view, and say where on the screen a point is."""
    return browser.execute_script(
        SCROLL + "const plot = byId('map-plot');"
        "const box = plot.getBoundingClientRect(), {xaxis: x, yaxis: y} = plot._fullLayout;"
        f"return [box.left + x._offset + x.d2p(place().x[{point}]),"
        f"        box.top + y._offset + y.d2p(place().y[{point}])]"
    )


def move_to(browser, where):
    chain = webdriver.ActionChains(browser)
    chain.w3c_actions.pointer_action.move_to_location(round(where[0]) - 3, round(where[1]))
    chain.w3c_actions.pointer_action.move_to_location(round(where[0]), round(where[1]))
    return chain


@pytest.mark.parametrize("view", ["islands", "plane"])
def test_the_mouse_finds_points_and_a_click_enlarges_them(opened, view):
    opened.find_element(By.ID, view).send_keys(Keys.ENTER)
    move_to(opened, where_is(opened, 5)).perform()
    until(lambda: opened.find_element(By.ID, "tip").is_displayed(), "the tip")
    move_to(opened, where_is(opened, 5)).click().perform()
    dialog = opened.find_element(By.ID, "photo")
    until(dialog.is_displayed, "the photograph")
    link = dialog.find_element(By.TAG_NAME, "a")
    assert link.get_attribute("href").startswith("file:///")
    near = dialog.find_elements(By.CSS_SELECTOR, "#photo-near button")
    assert len(near) == 5
    near[0].click()
    assert dialog.is_displayed()
    dialog.find_element(By.ID, "photo-close").click()
    assert not dialog.is_displayed()


def drag(browser, corners):
    """Drag the mouse from corner to corner, slowly enough for the page to hear of each."""
    browser.execute_script("window.scrollBy(0, 0)")
    chain = webdriver.ActionChains(browser, duration=30)
    pointer = chain.w3c_actions.pointer_action
    pointer.move_to_location(*corners[0])
    pointer.pointer_down()
    for corner in corners[1:]:
        pointer.move_to_location(*corner)
    pointer.pointer_up()
    chain.perform()


def test_the_lasso_tells_what_it_holds_and_only_these_keeps_its_classes(opened):
    opened.find_element(By.ID, "islands").send_keys(Keys.ENTER)
    where_is(opened, 0)  # scrolls the map into view
    opened.find_element(By.CSS_SELECTOR, "#map-plot [data-val='lasso']").click()
    # Around one island and no other point: the box of its points, a little larger.
    left, top, right, bottom, own = opened.execute_script(
        "const plot = byId('map-plot'), box = plot.getBoundingClientRect();"
        "const {xaxis, yaxis} = plot._fullLayout;"
        "const label = points.map.islands[0].label, {x, y} = place();"
        "const own = x.map((_, i) => i).filter((i) => points.label[i] === label);"
        "const xs = own.map((i) => box.left + xaxis._offset + xaxis.d2p(x[i]));"
        "const ys = own.map((i) => box.top + yaxis._offset + yaxis.d2p(y[i]));"
        "return [Math.min(...xs) - 6, Math.min(...ys) - 6, Math.max(...xs) + 6,"
        "        Math.max(...ys) + 6, own.length]"
    )
    drag(
        opened,
        [(round(x), round(y)) for x, y in
         ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))],
    )  # fmt: skip
    text = opened.find_element(By.ID, "picture-text")
    until(lambda: "photographs selected" in text.text, "what the lasso holds")
    held = int(text.text.split()[0])
    assert own <= held < 61
    opened.find_element(By.ID, "only").send_keys(Keys.ENTER)
    pressed = "#classes button[aria-pressed='true']"
    until(lambda: len(opened.find_elements(By.CSS_SELECTOR, pressed)) < 6, "its classes alone")
    kept = {e.text.split("\n")[0] for e in opened.find_elements(By.CSS_SELECTOR, pressed)}
    assert kept == {name for name in kept if f" {name}" in text.text}


def test_axes_say_their_share_of_the_variance(opened):
    opened.find_element(By.ID, "plane").send_keys(Keys.ENTER)
    title = "return document.querySelector('#map-plot .xtitle')?.textContent ?? ''"
    until(lambda: "% of the variance" in opened.execute_script(title), "the title")
    opened.find_element(By.ID, "islands").send_keys(Keys.ENTER)
    until(lambda: opened.execute_script(title) == "", "no axis")


def test_islands_are_named_and_no_name_covers_another(opened):
    boxes = opened.execute_script(
        SCROLL + "return Array.from(document.querySelectorAll('#names span'), span => {"
        "const b = span.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]})"
    )
    assert boxes
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def wheel(browser, where, modifiers):
    arguments = {"type": "mouseWheel", "x": where[0], "y": where[1], "deltaX": 0, "deltaY": 120}
    browser.execute_cdp_cmd("Input.dispatchMouseEvent", {**arguments, "modifiers": modifiers})


def test_the_wheel_scrolls_and_zooms_with_ctrl_alone(opened):
    seen = "return [scrollY, byId('map-plot')._fullLayout.xaxis.range[1]]"
    where = where_is(opened, 5)
    before = opened.execute_script(seen)
    wheel(opened, where, 0)
    until(lambda: opened.execute_script(seen)[0] > before[0], "the page scrolls")
    assert opened.execute_script(seen)[1] == before[1]
    where = where_is(opened, 5)
    before = opened.execute_script(seen)
    wheel(opened, where, 2)
    until(lambda: opened.execute_script(seen)[1] != before[1], "the map zooms")
    assert opened.execute_script(seen)[0] == before[0]


def test_a_tap_shows_the_card(chromium, page):
    metrics = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    chromium.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    chromium.get(page.as_uri())
    until(lambda: chromium.execute_script("return document.documentElement.dataset.ready"), "ready")
    x, y = where_is(chromium, 5)
    for kind, points in (("touchStart", [{"x": x, "y": y}]), ("touchEnd", [])):
        chromium.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    tip = chromium.find_element(By.ID, "tip")
    until(tip.is_displayed, "the card")
    assert not chromium.find_element(By.ID, "photo").is_displayed()
    tip.click()
    until(chromium.find_element(By.ID, "photo").is_displayed, "the photograph")
    chromium.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


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


def test_only_these_isolates_a_class_or_a_search(opened):
    shown = "return byId('map-plot').data[0].x.length"
    opened.find_element(By.ID, "search").send_keys("document")
    opened.find_element(By.ID, "only").send_keys(Keys.ENTER)
    until(lambda: opened.execute_script(shown) == 1, "what was found alone")
    opened.find_element(By.ID, "search").clear()
    opened.find_element(By.ID, "all").send_keys(Keys.ENTER)
    until(lambda: opened.execute_script(shown) == 61, "all")
    opened.find_element(By.CSS_SELECTOR, "#classes .only").send_keys(Keys.ENTER)
    until(lambda: opened.execute_script(shown) < 61, "one class alone")
    pressed = opened.find_elements(By.CSS_SELECTOR, "#classes button[aria-pressed='true']")
    assert len(pressed) == 1


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
