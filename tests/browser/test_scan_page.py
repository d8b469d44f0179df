"""The ladder's small print: a hand scanner on every page, a report that can be copied, a hint inside WeChat."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD
from tests.browser.phones import Draw
from tests.serving import PHONE, sign_in

pytestmark = pytest.mark.browser

WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36 MicroMessenger/8.0.47"
EVERYWHERE = (
    "/",
    "/batches",
    "/incoming",
    "/containers",
    "/account",
    "/map",
    "/labels",
    "/outbox",
    "/nowhere",
    "/calculators",
)
THREE_SENSES = """() => {
  window.told = [];
  navigator.vibrate = (pattern) => window.told.push(["buzz", JSON.stringify(pattern)]);
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...at) {
    window.told.push(["sound", this.frequency.value]);
    return start.apply(this, at);
  };
}"""


@pytest.fixture
def collector(browser: Browser, origin: str) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, locale="zh-CN", service_workers="block")  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page, origin, name="point", password=PASSWORD)
    yield page
    context.close()


def _scan(page: Page, code: str) -> None:
    """As a hand scanner types: no field has the focus, a few milliseconds a key, Enter."""
    page.wait_for_load_state("networkidle")
    page.keyboard.type(f"{code}\n")


def test_a_hand_scanner_is_heard_on_every_page(collector: Page, origin: str, draw: Draw) -> None:
    (code,) = draw(1)
    for path in EVERYWHERE:
        collector.goto(origin + path)
        _scan(collector, code)
        collector.wait_for_url(f"**/collect?code={code}")


def test_in_the_cart_a_hand_scanner_fills_the_cart_and_leaves_no_page(collector: Page, origin: str, draw: Draw) -> None:
    codes = draw(2)
    collector.goto(f"{origin}/scan/cart")
    _scan(collector, codes[0])  # before the place is chosen nothing may be lost but this scan
    collector.select_option("#stream", "tyre")
    collector.get_by_role("button", name="开始扫码").click()
    for count, code in enumerate(codes, start=1):
        _scan(collector, code)
        expect(collector.locator("#cart-lines > li")).to_have_count(count)
    assert collector.url == f"{origin}/scan/cart"


def test_new_repeated_and_refused_are_told_apart_by_every_sense(collector: Page, origin: str, draw: Draw) -> None:
    good, other = draw(2)
    collector.goto(f"{origin}/scan/cart")
    collector.select_option("#stream", "tyre")
    collector.get_by_role("button", name="开始扫码").click()
    collector.evaluate(THREE_SENSES)
    slip = other[:-1] + next(each for each in "23456789" if each != other[-1])
    told = {}
    for tone, code in (("new", good), ("repeated", good), ("refused", slip)):
        _scan(collector, code)
        expect(collector.locator(f"#cart-say[data-tone={tone}]")).to_be_visible()
        expect(collector.locator(f"#viewfinder.signal-{tone}")).to_have_count(1)
        told[tone] = collector.evaluate("() => JSON.stringify(window.told.splice(0))")
    assert len(set(told.values())) == 3
    assert all("buzz" in each and "sound" in each for each in told.values()), told


def test_the_self_test_is_copied_with_one_touch(browser: Browser, origin: str) -> None:
    context = browser.new_context(viewport=PHONE, permissions=["clipboard-read", "clipboard-write"])  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{origin}/scan/self-test?lang=en")
    page.wait_for_selector("body[data-tested=true]")
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#copy")).to_contain_text("Copied")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied == page.input_value("#report")
    assert {"cameras: none", "decoder: ok zxing-wasm"} <= _said(copied)
    context.close()


def _said(report: str) -> set[str]:
    """The lines of the report without their state and measured times."""
    return {" ".join(line.split()[1:4]).removesuffix(" 0") for line in report.splitlines()[3:]}


@pytest.mark.parametrize(("agent", "hinted"), [(WECHAT, 1), (None, 0)])
def test_inside_wechat_the_scan_page_names_the_way_out(
    browser: Browser, origin: str, agent: str | None, hinted: int
) -> None:
    context = browser.new_context(viewport=PHONE, locale="zh-CN", user_agent=agent)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{origin}/scan")
    expect(page.locator(".notice", has_text="在浏览器打开")).to_have_count(hinted)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()


def test_the_camera_chosen_last_is_opened_the_next_time(launch: Callable[..., Browser], origin: str) -> None:
    filming = launch("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=device-count=2")
    context = filming.new_context(viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{origin}/scan")
    choice = page.locator("#camera-choice")
    expect(choice).to_be_visible()
    devices = choice.locator("option").evaluate_all("(all) => all.map((each) => each.value)")
    other = next(each for each in devices if each != choice.input_value())
    choice.select_option(other)
    expect(page.locator("#viewfinder[data-state=live]")).to_have_count(1)
    expect(choice).to_have_value(other)
    page.reload()
    expect(choice).to_be_visible()
    expect(choice).to_have_value(other)
    context.close()
