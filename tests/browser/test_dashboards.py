"""The demonstration province looked at: what a regulator came for is three clicks away, and no page sticks out."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from registry.config import PROJECT
from reports.catalogue import CATALOGUE
from tests.serving import DESK, served, sign_in

pytestmark = pytest.mark.browser

SIZES = ({"width": 360, "height": 740}, {"width": 1280, "height": 900})
SERIOUS = frozenset({"serious", "critical"})
STICKS_OUT = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """() => [...document.querySelectorAll(
  "button, .btn, select, .form-control, .pick-chip, .map-tile, .report-tile, summary")]
  .filter((found) => found.checkVisibility() && found.getBoundingClientRect().height < 40)
  .map((found) => found.outerHTML.slice(0, 90))"""
DRAWN = "() => [...document.querySelectorAll('[data-chart]')].every((place) => place.dataset.drawn === 'yes')"
YEAR = "stream=power_battery&from=2025-01-01&to=2026-01-01"
PAGES = (
    "/",
    "/?stream=all",
    "/?area=520300",
    "/reports",
    f"/reports/why/lithium?{YEAR}",
    f"/reports/recovery/figure?{YEAR}&basis=cohort&figure=lithium.recycled&product=NCM",
    *(f"/reports/{name}?{YEAR}" for name in CATALOGUE),
)
ROLES = (
    *("collector", "plant", "producer"),
    *(pytest.param(who, marks=pytest.mark.long) for who in ("inspector", "pro", "zunyi", "admin")),
)


@pytest.fixture(scope="module")
def password() -> str:
    return secrets.token_urlsafe(12)


@pytest.fixture(scope="module")
def loaded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, password: str) -> Iterator[str]:
    """The demonstration province as `make demo` loads it, served."""
    url = f"sqlite:///{tmp_path_factory.mktemp('demonstration') / 'huiliu.sqlite3'}"
    told = {
        "HUILIU_DATABASE_URL": url,
        "HUILIU_SECRET_KEY": secrets.token_hex(32),
        "HUILIU_DEMO_PASSWORD": password,
    }
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    demo = ["demo", "load", "--year", "2025", "--scenario", "BS", "--second-use", "0.3", "--seed", "1"]
    for words in (["db", "upgrade"], demo):
        subprocess.run([*flask, *words], env={**os.environ, **told}, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    with served(url) as address:
        yield address


@pytest.fixture
def regulator(browser: Browser, loaded: str, password: str) -> Iterator[Page]:
    # axe is put into the page as text, which our own policy rightly forbids.
    context = browser.new_context(viewport=DESK, locale="zh-CN", bypass_csp=True, service_workers="block")
    page = context.new_page()
    sign_in(page, loaded, name="regulator", password=password)
    yield page
    context.close()


def _click(page: Page, selector: str) -> None:
    page.locator(selector).first.click()
    page.wait_for_load_state()


def test_one_click_shows_the_lithium_recovery_and_why_it_misses_the_norm(regulator: Page) -> None:
    card = regulator.locator("a.card-missed", has_text="Li").first
    assert "42.1" in card.inner_text()
    card.click()
    regulator.wait_for_load_state()
    words = regulator.locator("main").inner_text()
    assert "60.15%" in words
    assert "规范 ≥ 90%" in words
    first = regulator.locator("main table tbody tr").first.inner_text()
    assert "落后火法冶炼" in first
    assert "落后工艺" in first


def test_one_click_narrows_the_map_to_an_indicator_and_another_to_a_prefecture(regulator: Page) -> None:
    _click(regulator, "main a.pick-chip:has-text('收集量')")
    first = regulator.locator(".map-pair table tbody tr").first.inner_text()
    assert "贵阳市" in first
    _click(regulator, ".map-tile:has-text('贵阳')")
    assert "回到贵州省" in regulator.locator("main").inner_text()


def test_three_clicks_name_the_prefecture_that_recycles_most_of_what_could_have_cascaded(regulator: Page) -> None:
    _click(regulator, "main a.pick-chip:has-text('2024')")
    _click(regulator, "main a.pick-chip:has-text('本可梯次却再生利用')")
    rows = [row.inner_text().split() for row in regulator.locator(".map-pair table tbody tr").all()]
    most = Decimal(rows[0][1])
    assert most == max(Decimal(tonnes) for _, tonnes in rows) > 0
    _click(regulator, ".map-pair table tbody td a")
    words = regulator.locator("main").inner_text()
    assert "梯次优先偏离" in words
    assert rows[0][0] in words
    assert f"{most * 1000:,.1f}" in words


def test_two_clicks_show_the_batches_behind_a_cell_and_a_third_the_trace_of_one(regulator: Page) -> None:
    regulator.locator(".chart-numbers summary").first.click()
    _click(regulator, "#loop-chart ~ .chart-numbers tbody a")
    assert regulator.locator("main table tbody a.code").count() > 10
    assert "由下列批次和事件相加而成" in regulator.locator("main").inner_text()
    _click(regulator, "main table a[href^='/reports/trace/']")
    assert "从哪里来，到哪里去" in regulator.locator("main").inner_text()


def test_the_charts_are_drawn_under_our_own_policy(browser: Browser, loaded: str, password: str) -> None:
    context = browser.new_context(viewport=DESK, locale="zh-CN", service_workers="block")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, loaded, name="regulator", password=password)
    page.wait_for_function(DRAWN)
    page.goto(f"{loaded}/reports/recovery?{YEAR}")
    page.wait_for_function(DRAWN)
    context.close()
    assert complaints == []


def _wrong(page: Page, address: str) -> list[object]:
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    page.wait_for_function(DRAWN)
    found: list[object] = [
        (each["id"], each["nodes"][0]["html"][:160])
        for each in Axe().run(page).response["violations"]
        if each["impact"] in SERIOUS
    ]
    if page.evaluate(STICKS_OUT) > 0:
        found.append("wider than the screen")
    return found + list(page.evaluate(SMALL))


def _in_turn() -> Iterator[object]:
    """Each page once in the short run, widths and languages in turn; every other way in the long one."""
    ways = list(product(SIZES, ("zh", "en")))
    for place, path in enumerate(PAGES):
        for turn, (size, language) in enumerate(ways):
            marks = [] if turn == place % len(ways) else [pytest.mark.long]
            yield pytest.param(path, size, language, id=f"{path}-{size['width']}-{language}", marks=marks)


@pytest.mark.parametrize(("path", "size", "language"), list(_in_turn()))
def test_no_page_sticks_out_and_axe_finds_nothing_serious(
    regulator: Page, loaded: str, path: str, size: dict[str, int], language: str
) -> None:
    regulator.set_viewport_size(size)  # type: ignore[arg-type]
    joint = "&" if "?" in path else "?"
    assert _wrong(regulator, f"{loaded}{path}{joint}lang={language}") == []


@pytest.mark.parametrize("who", ROLES)
def test_every_first_page_fits_a_phone(browser: Browser, loaded: str, password: str, who: str) -> None:
    context = browser.new_context(locale="zh-CN", bypass_csp=True, service_workers="block")
    page = context.new_page()
    sign_in(page, loaded, name=who, password=password)
    wrong = {}
    for size, language in zip(SIZES, ("zh", "en"), strict=True):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        wrong[size["width"], language] = _wrong(page, f"{loaded}/?lang={language}")
    context.close()
    assert [each for each in wrong.items() if each[1]] == []
