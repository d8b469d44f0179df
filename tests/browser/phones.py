"""What a collector's phone does with the cart, step by step."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PASSWORD
from tests.serving import PHONE, sign_in

LIST_DOOR = "**/api/v1/events/batch"
PATIENCE_MS = 30_000
"""A machine under load is slow, and these tests are about what arrives, not how fast."""
expect.set_options(timeout=PATIENCE_MS)
KEPT = """async (path) => {
  const worker = (await navigator.serviceWorker.getRegistration())?.active;
  return worker?.state === "activated" && Boolean(await (await caches.open("huiliu-pages")).match(path));
}"""
ENROLLED = """async () => {
  const {store} = await import("/static/js/outbox/frame.mjs");
  const key = await store.key();
  return Boolean(key) && (await store.recall("enrolled"))?.value === key.key_id;
}"""
Draw = Callable[[int], tuple[str, ...]]


@contextmanager
def phone(browser: Browser, **settings: Any) -> Iterator[BrowserContext]:
    """A phone at 360 px; a script error on any of its pages fails the test."""
    errors: list[str] = []
    context = browser.new_context(viewport=PHONE, locale="zh-CN", has_touch=True, accept_downloads=True, **settings)  # type: ignore[arg-type]
    context.on("page", lambda page: page.on("pageerror", lambda error: errors.append(str(error))))
    context.set_default_timeout(2 * PATIENCE_MS)
    yield context
    context.close()
    assert errors == []


def until(page: Page, question: str, asked: Any = None) -> None:
    """Until the page's answer is yes. `wait_for_function` would take the promise of an answer for one."""
    deadline = time.monotonic() + 2 * PATIENCE_MS / 1000
    while not page.evaluate(question, asked):
        assert time.monotonic() < deadline, question
        page.wait_for_timeout(50)


def until_enrolled(page: Page) -> None:
    """Until the server counts the signature of this phone."""
    until(page, ENROLLED)


def until_kept(page: Page, path: str) -> None:
    """Until the phone has a page for times without a network."""
    until(page, KEPT, path)


def open_cart(page: Page, origin: str) -> None:
    sign_in(page, origin, name="point", password=PASSWORD)
    page.goto(f"{origin}/scan")
    page.get_by_role("link", name="连续扫码").click()
    choose_place(page)


def choose_place(page: Page, stream: str = "tyre") -> None:
    page.select_option("#stream", stream)
    page.get_by_role("button", name="开始扫码").click()


def type_codes(page: Page, marks: tuple[str, ...]) -> None:
    for count, code in enumerate(marks, start=1):
        page.fill("#cart-text", code.lower())
        page.press("#cart-text", "Enter")
        expect(page.locator("#cart-lines > li")).to_have_count(count)


def weigh(page: Page) -> None:
    """Three ways to write a weight; together 612.5 kg."""
    for field, text in zip(page.locator("#cart-lines [data-mass]").all(), ("８２５斤", "0.1吨", "100"), strict=True):
        field.fill(text)


def review(page: Page) -> None:
    page.locator("#cart-review-open").click()
    expect(page.locator("#review-total")).to_have_text("612.5 公斤")


def submit(page: Page) -> None:
    page.get_by_role("button", name="全部登记").click()
    expect(page.locator("#done-lines > li")).to_have_count(3)


def receipts(page: Page) -> None:
    expect(page.locator("#done-lines > li[data-state=acknowledged]")).to_have_count(3)
    expect(page.locator("#done-lines .outbox-receipt")).to_have_count(3)
    expect(page.locator("#outbox-badge")).to_be_hidden()
