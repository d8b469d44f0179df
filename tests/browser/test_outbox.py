"""The outbox at 360 px: whose it is, what needs attention, the form that saves first, and the file it leaves as."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD
from tests.browser.phones import (
    LIST_DOOR,
    Draw,
    choose_place,
    open_cart,
    phone,
    review,
    submit,
    type_codes,
    until_kept,
    weigh,
)
from tests.serving import sign_in

pytestmark = pytest.mark.browser


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
        expect(page.locator("#acknowledged-list > li")).to_have_count(3)
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
        until_kept(page, "/scan/cart")
        context.set_offline(True)
        page.goto(f"{origin}/scan/cart")
        choose_place(page)
        type_codes(page, (taken,))
        page.fill("#cart-lines [data-mass]", "7")
        page.locator("#cart-review-open").click()
        page.get_by_role("button", name="全部登记").click()
        context.set_offline(False)
        expect(page.locator("#done-lines > li[data-state=attention]")).to_have_count(1)
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
        page.wait_for_url("**/batches/**")
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
        until_kept(page, "/outbox")
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
