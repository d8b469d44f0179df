"""Scanning many at 360 px, labels held before a camera: with a network, without one, and killed in between."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect

from tests.browser.films import film
from tests.browser.phones import (
    LIST_DOOR,
    Draw,
    choose_place,
    open_cart,
    phone,
    receipts,
    review,
    submit,
    type_codes,
    until,
    until_kept,
    weigh,
)
from tests.serving import PHONE

WEIGHED = """async () => {
  const {store} = await import("/static/js/outbox/frame.mjs");
  const {lines} = (await store.recall("cart")).value;
  return lines.length === 3 && lines.every(({mass}) => mass);
}"""

pytestmark = pytest.mark.browser


def test_the_camera_sees_three_codes_and_a_repeated_one_and_three_receipts_come_back(
    launch: Callable[..., Browser],
    origin: str,
    draw: Draw,
    registered: Callable[[tuple[str, ...]], int],
    tmp_path: Path,
) -> None:
    marks = draw(3)
    shots = film(tmp_path / "camera.mjpeg", origin=origin, codes=(*marks, marks[0]))
    filming = launch(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={shots}",
    )
    with phone(filming) as context:
        page = context.new_page()
        open_cart(page, origin)
        expect(page.locator("#cart-lines > li")).to_have_count(3)
        expect(page.locator("#cart-say[data-tone=repeated]")).to_be_visible(timeout=30_000)
        expect(page.locator("#cart-lines > li[data-again]")).to_have_count(1)
        expect(page.locator("#cart-lines > li")).to_have_count(3)
        weigh(page)
        review(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        submit(page)
        receipts(page)
    assert registered(marks) == 3


def test_without_a_network_three_batches_wait_on_the_phone_and_arrive_when_it_is_back(
    browser: Browser, origin: str, draw: Draw, registered: Callable[[tuple[str, ...]], int]
) -> None:
    marks = draw(3)
    with phone(browser) as context:
        page = context.new_page()
        open_cart(page, origin)
        context.set_offline(True)
        type_codes(page, marks)
        weigh(page)
        review(page)
        submit(page)
        expect(page.locator("#done-lines > li[data-state=queued]")).to_have_count(3)
        expect(page.locator("#outbox-badge")).to_contain_text("3")
        assert registered(marks) == 0
        context.set_offline(False)
        receipts(page)
    assert registered(marks) == 3


def test_a_tab_killed_after_the_submit_loses_nothing(
    browser: Browser, origin: str, draw: Draw, registered: Callable[[tuple[str, ...]], int]
) -> None:
    marks = draw(3)
    with phone(browser, service_workers="block") as context:
        page = context.new_page()
        open_cart(page, origin)
        type_codes(page, marks)
        weigh(page)
        review(page)
        context.route("**/*", lambda route: route.abort())
        submit(page)
        kill(page)
        context.unroute_all()
        page = context.new_page()
        page.goto(f"{origin}/outbox")
        expect(page.locator("#acknowledged-list > li")).to_have_count(3)
        expect(page.locator("#queued")).to_be_hidden()
    assert registered(marks) == 3


def test_an_answer_lost_with_its_tab_enters_nothing_twice(
    browser: Browser,
    origin: str,
    draw: Draw,
    registered: Callable[[tuple[str, ...]], int],
    events: Callable[[], int],
) -> None:
    marks, before = draw(3), events()
    with phone(browser, service_workers="block") as context:
        page = context.new_page()
        open_cart(page, origin)
        type_codes(page, marks)
        weigh(page)
        review(page)
        page.route(LIST_DOOR, _stored_and_lost)
        submit(page)
        expect(page.locator("#done-say")).to_contain_text("没有网络")
        assert registered(marks) == 3
        kill(page)
        page = context.new_page()
        page.goto(f"{origin}/outbox")
        expect(page.locator("#acknowledged-list > li")).to_have_count(3)
        expect(page.locator("#acknowledged-list .outbox-receipt")).to_have_count(3)
    assert events() == before + 3


def _stored_and_lost(route: Route) -> None:
    route.fetch()
    route.abort()


def kill(page: Page) -> None:
    """As the system does it: the process of this page, and of no other, ends, and nobody says goodbye."""
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://kill")
    page.close()


def test_a_cart_not_yet_submitted_survives_its_tab(browser: Browser, origin: str, draw: Draw) -> None:
    marks = draw(3)
    with phone(browser) as context:
        page = context.new_page()
        open_cart(page, origin)
        type_codes(page, marks)
        weigh(page)
        until(page, WEIGHED)
        page.close()
        page = context.new_page()
        page.goto(f"{origin}/scan/cart")
        expect(page.locator("#cart-lines > li")).to_have_count(3)
        review(page)


def test_the_last_scan_can_be_undone_and_a_slip_of_the_finger_is_refused(
    browser: Browser, origin: str, draw: Draw
) -> None:
    marks = draw(2)
    with phone(browser) as context:
        page = context.new_page()
        open_cart(page, origin)
        type_codes(page, marks)
        page.get_by_role("button", name="撤销").click()
        expect(page.locator("#cart-lines > li")).to_have_count(1)
        slip = marks[1][:-1] + next(each for each in "23456789" if each != marks[1][-1])
        page.fill("#cart-text", slip)
        page.press("#cart-text", "Enter")
        expect(page.locator("#cart-say[data-tone=refused]")).to_contain_text("校验位不对")
        expect(page.locator("#cart-lines > li")).to_have_count(1)


def test_the_cart_opens_without_a_network_once_it_was_open(browser: Browser, origin: str, draw: Draw) -> None:
    marks = draw(3)
    with phone(browser) as context:
        page = context.new_page()
        open_cart(page, origin)
        for path in ("/scan/cart", "/outbox", "/offline"):
            until_kept(page, path)
        context.set_offline(True)
        page.goto(f"{origin}/scan/cart")
        choose_place(page)
        type_codes(page, marks)
        weigh(page)
        review(page)
        submit(page)
        page.goto(f"{origin}/batches")
        expect(page.locator("h1")).to_have_text("没有网络")
        page.goto(f"{origin}/outbox")
        expect(page.locator("#queued-list > li")).to_have_count(3)
        context.set_offline(False)
        expect(page.locator("#acknowledged-list > li")).to_have_count(3)
