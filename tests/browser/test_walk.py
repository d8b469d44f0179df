"""A batch walks from its QR code to the recovery rate, at 360 px, as the people who do it see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD
from tests.ledgers import an_id
from tests.serving import PHONE, sign_in

pytestmark = pytest.mark.browser


@contextmanager
def signed_in(browser: Browser, origin: str, name: str) -> Iterator[Page]:
    """One person's phone; any script error of a page fails the walk."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN", has_touch=True, accept_downloads=True)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page, origin, name=name, password=PASSWORD)
    yield page
    context.close()
    assert errors == []


def test_a_battery_walks_from_its_collection_to_the_recovery_report(
    browser: Browser, origin: str, tmp_path: Path
) -> None:
    with signed_in(browser, origin, "point") as page:
        batch = _collect(page, origin)
        _print_label(page, origin, batch, tmp_path)
        _dispatch(page, origin, batch)
    with signed_in(browser, origin, "plant") as page:
        _receive(page, origin)
        _process(page, origin, batch)
    with signed_in(browser, origin, "province") as page:
        _report(page, origin)


def _collect(page: Page, origin: str) -> str:
    page.goto(f"{origin}/collect")
    page.locator("label.tile", has=page.locator("input[value=power_battery]")).click()
    page.fill("input[name=mass]", "４１２．５")
    page.locator("details", has=page.locator("select[name=product]")).locator("summary").click()
    page.select_option("select[name=product]", "LFP")
    page.fill("input[name=capacity]", "48.2")
    page.locator("form#form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/batches/"))
    assert "412.5" in page.inner_text("main")
    return page.url.rsplit("/", 1)[1].split("?")[0]


def _print_label(page: Page, origin: str, batch: str, tmp_path: Path) -> None:
    """The label on the screen decodes to the address of this batch."""
    page.locator("main a[href^='/labels/']").click()
    code = page.url.rsplit("/", 1)[1]
    shot = tmp_path / "label.png"
    page.locator(".label-paper").screenshot(path=shot)
    (read,) = zxingcpp.read_barcodes(Image.open(shot).convert("L"))
    assert read.text == f"{origin}/B/{code}".upper()
    page.goto(f"{origin}/B/{code}")
    assert page.url.split("?")[0].endswith(f"/batches/{batch}")


def _dispatch(page: Page, origin: str, batch: str) -> None:
    page.goto(f"{origin}/batches/{batch}/dispatch")
    page.select_option("select[name=to_site]", an_id("site plant"))
    page.locator("form#form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/batches/"))
    page.goto(f"{origin}/incoming")
    expect(page.locator("main")).to_contain_text("412.5")


def _receive(page: Page, origin: str) -> None:
    page.goto(f"{origin}/incoming")
    page.locator("form.shipment button[type=submit]").click()
    page.wait_for_load_state()
    expect(page.locator("form.shipment")).to_have_count(0)


def _process(page: Page, origin: str, batch: str) -> None:
    page.goto(f"{origin}/batches/{batch}/process?process=hydrometallurgy")
    line = page.locator(".output-line", has=page.locator("input[name=out_to][value=recycle]")).first
    line.locator("input[name=out_mass]").fill("300")
    line.locator("summary").click()
    line.locator("input[name=out_lithium]").fill("4.5")
    page.locator("form#form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/batches/[0-9a-f-]+(\?|$)"))
    expect(page.locator("main")).to_contain_text("处理")


def _report(page: Page, origin: str) -> None:
    """5,109 g of lithium went in (48.2 kWh × 0.106 kg/kWh), 4,500 g came out: 88.08 %."""
    page.goto(f"{origin}/reports/recovery?stream=power_battery&area=520000&basis=cohort")
    main = page.locator("main")
    expect(main).to_contain_text("412.5")
    expect(main).to_contain_text("88.08")
    with page.expect_download() as download:
        page.locator("a[href*='format=xlsx']").first.click()
    assert download.value.suggested_filename.endswith(".xlsx")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
