"""What a phone loads before it can scan, over real answers: small, packed, and kept for the next time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from registry.web.outbox import DECODER_FILES, SHELL_PAGES
from tests.browser.conftest import PASSWORD
from tests.serving import PHONE, sign_in

pytestmark = pytest.mark.browser

SHELL_BYTES = 150_000
DECODER = {f"/static/{name}" for name in DECODER_FILES}
PACKED = (".css", ".mjs", ".svg", ".wasm")
KEPT = """async (wanted) => {
  await navigator.serviceWorker.ready;
  const paths = async (name) => (await (await caches.open(name)).keys()).map((each) => new URL(each.url).pathname);
  for (;;) {
    const names = (await caches.keys()).filter((name) => name.startsWith("huiliu-decoder-"));
    const kept = (await Promise.all(names.map(paths))).flat();
    if (wanted.every((path) => kept.includes(path))) return names.length;
    await new Promise((next) => setTimeout(next, 50));
  }
}"""
PROVEN = '() => import("/static/js/scan/decoder.mjs").then(({prove}) => prove())'


class Wire:
    """What travelled to a page: path → bytes of its answer as sent, headers included."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.sent: dict[str, float] = {}
        self.encodings: dict[str, str] = {}
        self._paths: dict[str, str] = {}
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.responseReceived", self._begun)
        session.on("Network.loadingFinished", self._ended)

    def _begun(self, told: dict[str, Any]) -> None:
        address = urlsplit(told["response"]["url"])
        if address.scheme == "data":
            return
        path = address.path
        self._paths[told["requestId"]] = path
        headers = {name.lower(): value for name, value in told["response"]["headers"].items()}
        self.encodings[path] = headers.get("content-encoding", "")

    def _ended(self, told: dict[str, Any]) -> None:
        if told["requestId"] in self._paths:
            self.sent[self._paths[told["requestId"]]] = told["encodedDataLength"]

    def shell(self, opened: str) -> float:
        """Bytes of everything but the decoder and the other pages, which are kept for later when all is there."""
        later = DECODER | (set(SHELL_PAGES) - {opened})
        return sum(size for path, size in self.sent.items() if path not in later)


@pytest.fixture(scope="module")
def filming(launch: Callable[..., Browser]) -> Browser:
    """A browser with a camera."""
    return launch("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")


@pytest.fixture
def phone(filming: Browser, origin: str) -> Iterator[tuple[BrowserContext, Page]]:
    """A collector's phone that has loaded nothing yet."""
    context = filming.new_context(viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page, origin, name="point", password=PASSWORD)
    page.goto("about:blank")
    yield context, page
    context.close()


def _opened(context: BrowserContext, page: Page, address: str) -> Wire:
    """The page with an empty cache, all of it."""
    context.new_cdp_session(page).send("Network.clearBrowserCache")
    wire = Wire(context, page)
    page.goto(address, wait_until="networkidle")
    return wire


@pytest.mark.parametrize("path", ["/scan", "/scan/cart"])
def test_what_scanning_needs_before_the_decoder_is_small(filming: Browser, origin: str, path: str) -> None:
    context = filming.new_context(viewport=PHONE, locale="zh-CN", service_workers="block")  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page, origin, name="point", password=PASSWORD)
    wire = _opened(context, page, origin + path)
    assert path in wire.sent
    assert "/static/vendor/bootstrap.min.css" in wire.sent
    assert wire.shell(path) <= SHELL_BYTES, sorted(wire.sent.items(), key=lambda each: -each[1])
    loose = {name for name, how in wire.encodings.items() if name.endswith(PACKED) and how != "gzip"}
    assert loose == set()
    context.close()


def test_the_measure_would_notice_a_heavy_shell(phone: tuple[BrowserContext, Page], origin: str) -> None:
    """The negative control: with the charts of the reports on it the page is too heavy."""
    context, page = phone
    wire = _opened(context, page, f"{origin}/scan")
    page.evaluate(
        '() => fetch("/static/vendor/echarts.mjs", {cache: "no-store"}).then((answer) => answer.text()).then(() => 0)'
    )
    page.wait_for_timeout(200)
    assert wire.shell("/scan") > SHELL_BYTES


def test_the_decoder_is_loaded_where_a_camera_opens_and_nowhere_else(
    phone: tuple[BrowserContext, Page], origin: str
) -> None:
    context, page = phone
    for path in ("/", "/batches", "/collect", "/incoming", "/outbox"):
        assert not DECODER & set(_opened(context, page, origin + path).encodings), path
    with page.expect_response("**/zxing_reader.wasm"):
        page.goto(f"{origin}/scan")


def test_the_decoder_is_kept_and_reads_without_a_network(phone: tuple[BrowserContext, Page], origin: str) -> None:
    context, page = phone
    with page.expect_response("**/zxing_reader.wasm"):
        page.goto(f"{origin}/scan")
    assert page.evaluate(KEPT, sorted(DECODER)) == 1
    page.goto(f"{origin}/outbox", wait_until="networkidle")
    context.new_cdp_session(page).send("Network.clearBrowserCache")
    context.set_offline(True)
    assert page.evaluate(PROVEN) == {"engine": "zxing-wasm", "proven": True}
