"""Scanning many at 360 px, labels held before a camera: with a network, without one, and killed in between."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.services import codes
from registry.store.base import open_engine, writing
from registry.store.batches import BatchCodeRow
from registry.store.events import EventRow
from tests.browser.conftest import PASSWORD
from tests.browser.films import film
from tests.ledgers import an_id
from tests.serving import CHROMIUM, PHONE, QUIET, sign_in

pytestmark = pytest.mark.browser

LIST_DOOR = "**/api/v1/events/batch"
Draw = Callable[[int], tuple[str, ...]]


@pytest.fixture(scope="module")
def launch() -> Iterator[Callable[..., Browser]]:
    with sync_playwright() as playwright:
        opened: list[Browser] = []

        def start(*arguments: str) -> Browser:
            opened.append(playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *arguments]))
            return opened[-1]

        yield start
        for browser in opened:
            browser.close()


@pytest.fixture(scope="module")
def browser(launch: Callable[..., Browser]) -> Browser:
    """A browser without a camera; its tabs may be killed."""
    return launch()


@pytest.fixture(scope="module")
def draw(province: str) -> Iterator[Draw]:
    """Draws labels of the collection point that nobody has used."""
    engine = open_engine(province)

    def some(count: int) -> tuple[str, ...]:
        with Session(engine) as session, writing(session):
            site = an_id("site point")
            _, drawn = codes.issue(session, site_id=site, count=count, actor_id="test", now=datetime.now(UTC))
            session.commit()
        return drawn

    yield some
    engine.dispose()


@pytest.fixture
def registered(province: str) -> Iterator[Callable[[tuple[str, ...]], int]]:
    """How many collections the ledger holds for these codes: each may stand there once."""
    engine = open_engine(province)

    def count(of: tuple[str, ...]) -> int:
        with Session(engine) as session:
            return session.scalar(select(func.count()).where(BatchCodeRow.value.in_(of))) or 0

    yield count
    engine.dispose()


@pytest.fixture
def events(province: str) -> Iterator[Callable[[], int]]:
    engine = open_engine(province)

    def count() -> int:
        with Session(engine) as session:
            return session.scalar(select(func.count()).select_from(EventRow)) or 0

    yield count
    engine.dispose()


@contextmanager
def phone(browser: Browser, **settings: Any) -> Iterator[BrowserContext]:
    """A phone at 360 px; a script error on any of its pages fails the test."""
    errors: list[str] = []
    context = browser.new_context(viewport=PHONE, locale="zh-CN", has_touch=True, accept_downloads=True, **settings)  # type: ignore[arg-type]
    context.on("page", lambda page: page.on("pageerror", lambda error: errors.append(str(error))))
    yield context
    context.close()
    assert errors == []


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
    expect(page.locator("#done-lines > li[data-state=acknowledged]")).to_have_count(3, timeout=20_000)
    expect(page.locator("#done-lines .outbox-receipt")).to_have_count(3)
    expect(page.locator("#outbox-badge")).to_be_hidden()


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
        expect(page.locator("#cart-lines > li")).to_have_count(3, timeout=30_000)
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
        expect(page.locator("#acknowledged-list > li")).to_have_count(3, timeout=20_000)
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
        expect(page.locator("#acknowledged-list > li")).to_have_count(3, timeout=20_000)
        expect(page.locator("#acknowledged-list .outbox-receipt")).to_have_count(3)
    assert events() == before + 3


def _stored_and_lost(route: Route) -> None:
    route.fetch()
    route.abort()


def kill(page: Page) -> None:
    """As the system does it: the process of the page ends, and nobody says goodbye."""
    browser = page.context.browser
    assert browser is not None
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    with page.expect_event("crash"):
        for process in processes:
            if process["type"] == "renderer":
                os.kill(process["id"], signal.SIGKILL)
    page.close()


def test_a_cart_not_yet_submitted_survives_its_tab(browser: Browser, origin: str, draw: Draw) -> None:
    marks = draw(3)
    with phone(browser) as context:
        page = context.new_page()
        open_cart(page, origin)
        type_codes(page, marks)
        weigh(page)
        page.wait_for_timeout(300)
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
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        page.goto(f"{origin}/scan/cart")
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
        expect(page.locator("#acknowledged-list > li")).to_have_count(3, timeout=20_000)


def test_one_persons_queue_is_not_sent_by_another(
    browser: Browser, origin: str, draw: Draw, registered: Callable[[tuple[str, ...]], int]
) -> None:
    marks = draw(3)
    with phone(browser, service_workers="block") as context:
        page = context.new_page()
        open_cart(page, origin)
        type_codes(page, marks)
        weigh(page)
        review(page)
        page.route(LIST_DOOR, lambda route: route.abort())
        submit(page)
        expect(page.locator("#done-say")).to_contain_text("没有网络")
        page.goto("about:blank")
        context.clear_cookies()
        sign_in(page, origin, name="plant", password=PASSWORD)
        page.unroute(LIST_DOOR)
        expect(page.locator("#outbox-badge")).to_have_attribute(
            "aria-label", "这部手机上有其他人的 3 笔没有送达，须由本人登录后发送。"
        )
        page.goto(f"{origin}/outbox")
        expect(page.locator("#queued")).to_be_hidden()
        assert registered(marks) == 0
        page.goto("about:blank")
        context.clear_cookies()
        sign_in(page, origin, name="point", password=PASSWORD)
        page.goto(f"{origin}/outbox")
        expect(page.locator("#acknowledged-list > li")).to_have_count(3, timeout=20_000)
    assert registered(marks) == 3


def test_a_refused_batch_is_corrected_in_the_tray(
    browser: Browser, origin: str, draw: Draw, registered: Callable[[tuple[str, ...]], int]
) -> None:
    (good, taken) = draw(2)
    with phone(browser) as context:
        page = context.new_page()
        sign_in(page, origin, name="point", password=PASSWORD)
        collect(page, origin, code=taken)
        page.wait_for_url("**/batches/**")
        page.wait_for_function("caches.open('huiliu-pages').then((kept) => kept.match('/scan/cart'))")
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        context.set_offline(True)
        page.goto(f"{origin}/scan/cart")
        choose_place(page)
        type_codes(page, (taken,))
        page.fill("#cart-lines [data-mass]", "7")
        page.locator("#cart-review-open").click()
        page.get_by_role("button", name="全部登记").click()
        context.set_offline(False)
        expect(page.locator("#done-lines > li[data-state=attention]")).to_have_count(1, timeout=20_000)
        page.goto(f"{origin}/outbox")
        tray = page.locator("#attention-list > li")
        expect(tray).to_contain_text("编码已被使用")
        tray.get_by_role("button", name="修改后登记").click()
        tray.get_by_label("标签上的码").fill(good)
        tray.get_by_role("button", name="改好后重新登记").click()
        expect(page.locator("#attention")).to_be_hidden(timeout=20_000)
        expect(page.locator("#acknowledged-list > li").first).to_contain_text("7 公斤")
    assert registered((good, taken)) == 2


def test_the_form_saves_on_the_phone_when_there_is_no_network(
    browser: Browser, origin: str, draw: Draw, registered: Callable[[tuple[str, ...]], int]
) -> None:
    marks = draw(1)
    with phone(browser) as context:
        page = context.new_page()
        sign_in(page, origin, name="point", password=PASSWORD)
        page.goto(f"{origin}/collect")
        context.set_offline(True)
        fill_form(page, code=marks[0])
        expect(page.locator("#collect-outbox li[data-state=queued]")).to_be_visible()
        context.set_offline(False)
        page.wait_for_url("**/batches/**", timeout=20_000)
    assert registered(marks) == 1


def collect(page: Page, origin: str, *, code: str) -> None:
    page.goto(f"{origin}/collect")
    fill_form(page, code=code)


def fill_form(page: Page, *, code: str) -> None:
    page.locator("label.tile", has=page.locator("input[value=tyre]")).click()
    page.fill("input[name=mass]", "12.5")
    page.fill("input[name=code]", code)
    page.locator("form#form button[type=submit]").click()


def test_the_outbox_is_carried_away_in_a_file(browser: Browser, origin: str, draw: Draw, tmp_path: Path) -> None:
    with phone(browser) as context:
        page = context.new_page()
        open_cart(page, origin)
        context.set_offline(True)
        type_codes(page, draw(3))
        weigh(page)
        review(page)
        submit(page)
        page.get_by_role("link", name="发件箱").last.click()
        with page.expect_download() as download:
            page.get_by_role("button", name="导出文件").click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
    assert '"format": "huiliu-outbox/1"' in file.read_text("utf-8")
