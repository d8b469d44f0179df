"""What set-up put into static/vendor works in a browser, from our own origin alone, under a strict policy."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import qrcode
from playwright.sync_api import Page, Route, sync_playwright

from tests.house.sources import HOUSE

pytestmark = pytest.mark.browser

ORIGIN = "http://huiliu.test"
POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; style-src 'self'"
TYPES = {".mjs": "text/javascript", ".css": "text/css", ".wasm": "application/wasm"}
READ_CODE = """async (picture) => {
  const {BarcodeDetector} = await import("/static/vendor/barcode_detector.mjs");
  const image = new Image();
  image.src = picture;
  await image.decode();
  const found = await new BarcodeDetector({formats: ["qr_code"]}).detect(image);
  return found.map((code) => code.rawValue);
}"""
DRAW_CHART = """async () => {
  const {init} = await import("/static/vendor/echarts.mjs");
  const node = document.querySelector("main");
  const chart = init(node, null, {renderer: "svg", width: 300, height: 200});
  chart.setOption({animation: false, xAxis: {data: ["a"]}, yAxis: {}, series: [{type: "bar", data: [5]}]});
  return node.querySelectorAll("svg path").length;
}"""
KEEP_A_VALUE = """async () => {
  const {openDB} = await import("/static/vendor/idb.mjs");
  const db = await openDB("try", 1, {upgrade: (fresh) => fresh.createObjectStore("box")});
  await db.put("box", "kept", "key");
  return db.get("box", "key");
}"""


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """Addresses the page asked for, in order."""
    return []


@pytest.fixture(scope="module")
def page(asked: list[str]) -> Iterator[Page]:
    def answer(route: Route) -> None:
        asked.append(route.request.url)
        parts = urlsplit(route.request.url)
        file = HOUSE / parts.path.lstrip("/")
        headers = {"content-security-policy": POLICY}
        if parts.path == "/":
            route.fulfill(
                body="<!doctype html><title>t</title><main></main>", content_type="text/html", headers=headers
            )
        elif f"{parts.scheme}://{parts.netloc}" == ORIGIN and file.is_file():
            route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix], headers=headers)
        else:
            route.abort()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.route("**/*", answer)
        page.goto(ORIGIN)
        yield page
        browser.close()


def test_the_decoder_reads_a_code_and_asks_nobody_else(page: Page, asked: list[str]) -> None:
    text = "HTTPS://HUILIU.TEST/B/7K3M9PQA"
    drawn = io.BytesIO()
    qrcode.make(text).save(drawn)
    picture = "data:image/png;base64," + base64.b64encode(drawn.getvalue()).decode()
    assert page.evaluate(READ_CODE, picture) == [text]
    assert [url for url in asked if not url.startswith((ORIGIN, "data:"))] == []


def test_a_chart_is_drawn(page: Page) -> None:
    assert page.evaluate(DRAW_CHART) > 0


def test_a_value_is_kept_on_the_phone(page: Page) -> None:
    assert page.evaluate(KEEP_A_VALUE) == "kept"


def test_every_file_the_set_up_script_names_is_there() -> None:
    script = (HOUSE / "static/setup.mjs").read_text("utf-8")
    named = {
        word.strip(",") for line in script.splitlines() if line.startswith("//   vendor/") for word in line.split()
    }
    files = {name for name in named if name.startswith("vendor/")}
    assert len(files) == 9
    assert [name for name in files if not (HOUSE / "static" / name).is_file()] == []


def test_the_packages_are_named_by_exact_version() -> None:
    package = json.loads((HOUSE / "static/package.json").read_text("utf-8"))
    versions = [*package["dependencies"].values(), *package["devDependencies"].values()]
    assert [version for version in versions if not version[0].isdigit()] == []
