# SPDX-License-Identifier: Apache-2.0
"""The page of `verger serve` in a real Chromium, as on a phone: a photograph in, a label out."""

import shutil

import pytest
from browser.browsing import chromium_driver, errors_of, requests_of, until
from conftest import UNTRAINED
from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from servers.service import Service

pytestmark = pytest.mark.heavy
HOSTILE = "<script>document.title = 'hacked'<&>"
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}


@pytest.fixture(scope="module")
def photographs(orchard, tmp_path_factory):
    """The orchard and a photograph whose label and name are hostile."""
    folder = tmp_path_factory.mktemp("page") / "in"
    shutil.copytree(orchard, folder)
    (folder / HOSTILE).mkdir()
    first = min(orchard.rglob("*.jpg"))
    picture = Image.open(first).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    picture.save(folder / HOSTILE / "<img src=x onerror=document.title='hacked'>.jpg")
    return folder


@pytest.fixture(scope="module")
def output(verger, photographs):
    output = photographs.parent / "out"
    verger("run", photographs, output, "--weights", UNTRAINED)
    return output


@pytest.fixture(scope="module")
def service(program, output):
    with Service(program, output) as running:
        yield running


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    with chromium_driver(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


def show(chromium, url):
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    chromium.get("about:blank")
    requests_of(chromium)  # what the browser's own first page asked for
    chromium.get(url)
    ready = "return document.documentElement.dataset.ready"
    until(lambda: chromium.execute_script(ready), "ready")


@pytest.fixture
def opened(chromium, service):
    show(chromium, f"http://127.0.0.1:{service.port}/")
    yield chromium
    assert errors_of(chromium) == []


def label_of(chromium, photograph):
    """The label that the page shows for this file, once it does."""
    chromium.find_element(By.ID, "file").send_keys(str(photograph))
    until(lambda: chromium.find_element(By.ID, "answer").is_displayed(), "the answer")
    return chromium.find_element(By.ID, "label").text


def test_a_photograph_becomes_a_label_and_nobody_else_is_asked(opened, service, photographs):
    picture = sorted(photographs.rglob("*.jpg"))[9]
    _, told = service.similar(picture.read_bytes())
    (answer,) = told["queries"]
    assert label_of(opened, picture) == answer["label"]
    pictures = opened.find_elements(By.CSS_SELECTOR, "#nearest li")
    assert len(pictures) == len(answer["neighbors"])
    images = "[...document.querySelectorAll('#nearest img')]"
    shown = f"return {images}.filter(image => image.naturalWidth).length"
    until(lambda: opened.execute_script(shown) == len(pictures), "the thumbnails")
    hosts = {url.split("/")[2] for url in requests_of(opened) if url.startswith("http")}
    assert hosts == {f"127.0.0.1:{service.port}"}


def test_hostile_text_is_text(opened, photographs):
    (hostile,) = (photographs / HOSTILE).iterdir()
    label_of(opened, hostile)
    names = [e.text for e in opened.find_elements(By.CSS_SELECTOR, "#nearest figcaption")]
    assert any(name.startswith(HOSTILE) for name in names)
    assert "hacked" not in opened.title
    assert opened.find_elements(By.CSS_SELECTOR, "main script, img[src='x']") == []


def test_a_camera_s_photograph_is_made_small_and_upright(opened, tmp_path):
    large = Image.effect_noise((3000, 2000), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    large.save(tmp_path / "large.jpg", exif=exif)
    label_of(opened, tmp_path / "large.jpg")
    size = "const {naturalWidth: w, naturalHeight: h} = byId('photograph'); return [w, h]"
    until(lambda: opened.execute_script(size) == [683, 1024], "what was sent")


def test_what_is_no_photograph_is_told(opened, tmp_path):
    (tmp_path / "no.jpg").write_text("no")
    opened.find_element(By.ID, "file").send_keys(str(tmp_path / "no.jpg"))
    message = opened.find_element(By.ID, "message")
    until(lambda: "no photograph" in message.text, "a sentence")
    assert not opened.find_element(By.ID, "answer").is_displayed()


def test_it_speaks_french_by_keyboard(opened, photographs):
    label_of(opened, min(photographs.rglob("*.jpg")))
    button = opened.find_element(By.CSS_SELECTOR, "[data-language=fr]")
    button.send_keys(Keys.ENTER)
    assert button.get_attribute("aria-pressed") == "true"
    assert opened.find_element(By.TAG_NAME, "h1").text == "Quel est ce fruit ?"
    assert "voix" in opened.find_element(By.ID, "sure").text
    assert opened.execute_script("return document.documentElement.lang") == "fr"
    opened.find_element(By.CSS_SELECTOR, "[data-language=en]").send_keys(Keys.SPACE)
    assert opened.find_element(By.TAG_NAME, "h1").text == "What fruit is this?"
    texts = "return Object.values(TEXTS).map(t => Object.keys(t).join())"
    english, french = opened.execute_script(texts)
    assert english == french


def test_the_token_is_asked_for_and_kept(chromium, program, output, photographs, tmp_path):
    (tmp_path / "token").write_text("secret")
    with Service(program, output, "--token-file", tmp_path / "token") as service:
        show(chromium, f"http://127.0.0.1:{service.port}/")
        chromium.find_element(By.ID, "file").send_keys(str(min(photographs.rglob("*.jpg"))))
        field = chromium.find_element(By.ID, "token")
        until(field.is_displayed, "the question")
        field.send_keys("wrong", Keys.ENTER)
        message = chromium.find_element(By.ID, "message")
        until(lambda: "not the token" in message.text, "a refusal")
        field.clear()
        field.send_keys("secret", Keys.ENTER)
        until(lambda: chromium.find_element(By.ID, "answer").is_displayed(), "the answer")
        loaded = "return [...document.querySelectorAll('#nearest img')].length"
        until(lambda: chromium.execute_script(loaded) == 10, "the thumbnails")
    refused = [error for error in errors_of(chromium) if "401" not in error]
    assert refused == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_it_fits_screens_in_both_themes(opened, photographs, theme, width):
    metrics = {**PHONE, "width": width, "mobile": width < 600}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    media = [{"name": "prefers-color-scheme", "value": theme}]
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    label_of(opened, min(photographs.rglob("*.jpg")))
    assert opened.execute_script("return document.documentElement.scrollWidth") <= width
    assert opened.execute_script("return innerWidth") == width  # nothing made it zoom out
    ground = opened.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (min(map(int, ground[4:-1].split(","))) > 128) == (theme == "light")
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
