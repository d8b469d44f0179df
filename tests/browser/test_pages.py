"""Pages in Chromium at 360 px: nothing sticks out, targets are large, axe finds nothing, lines count along."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from registry.domain.parties import Actor
from registry.store.base import open_engine
from tests.browser.conftest import PASSWORD
from tests.ledgers import World, an_id
from tests.serving import PHONE, sign_in

pytestmark = pytest.mark.browser

PUBLIC = ("/", "/map", "/sign-in", "/problems/", "/problems/not_found", "/nowhere")
SIGNED_IN = ("/", "/batches", "/collect", "/incoming", "/containers", "/account")
FORMS = ("", "/dispatch", "/split", "/merge", "/inspect", "/stocktake", "/load", "/reverse", "/process?process=retread")
SMALL = """() => [...document.querySelectorAll("button, .btn, select, .form-control, .bottom-link, .row-link, summary")]
  .filter((found) => found.checkVisibility() && found.getBoundingClientRect().height < 40)
  .map((found) => found.outerHTML.slice(0, 90))"""
STICKS_OUT = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def visitor(browser: Browser, origin: str) -> Iterator[Page]:
    # axe is put into the page as text, which our own policy rightly forbids.
    context = browser.new_context(viewport=PHONE, locale="zh-CN", bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def plant(visitor: Page, origin: str) -> Page:
    sign_in(visitor, origin, name="plant", password=PASSWORD)
    return visitor


@pytest.fixture
def batch(province: str, origin: str) -> Iterator[str]:
    """The address of 100 kg of tyres in the plant's stock, put there behind the page's back."""
    engine = open_engine(province)
    with Session(engine) as session:
        world = World(session, actors={"plant": Actor(id=an_id("x"), role="operator", organisation_id=an_id("plant"))})
        yield f"{origin}/batches/{world.batch('plant', 'collect', stream='tyre', mass_g=100_000)}"
    engine.dispose()


def _looks_well(page: Page, address: str) -> None:
    page.goto(address)
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:120]) for each in found] == [], address
    assert page.evaluate(STICKS_OUT) <= 0, f"{address} is wider than the phone"
    assert page.evaluate(SMALL) == [], address


@pytest.mark.parametrize("language", ["zh", "en"])
def test_public_pages_are_accessible_on_a_phone(visitor: Page, origin: str, language: str) -> None:
    for path in PUBLIC:
        _looks_well(visitor, f"{origin}{path}?lang={language}")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_working_pages_and_forms_are_accessible_on_a_phone(plant: Page, origin: str, batch: str, language: str) -> None:
    for path in SIGNED_IN:
        _looks_well(plant, f"{origin}{path}?lang={language}")
    for form in FORMS:
        _looks_well(plant, f"{batch}{form}{'&' if '?' in form else '?'}lang={language}")


def test_the_look_of_a_page_can_fail(visitor: Page, origin: str) -> None:
    visitor.goto(f"{origin}/map")
    visitor.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')")
    assert Axe().run(visitor).response["violations"]
    assert visitor.evaluate(SMALL)


def test_a_process_counts_its_loss_while_one_types(plant: Page, batch: str) -> None:
    plant.goto(f"{batch}/process?process=retread")
    balance = plant.locator("[data-balance]")
    expect(balance).to_be_hidden()
    plant.locator("input[name=out_mass]").first.fill("１６０斤")
    expect(plant.locator("[data-rest]")).to_have_text("20")
    plant.locator("input[name=out_mass]").nth(1).fill("30")
    expect(balance).to_have_class(re.compile("balance-over"))


def test_a_split_grows_by_a_line_and_says_what_is_left(plant: Page, origin: str, batch: str) -> None:
    plant.goto(f"{batch}/split")
    plant.locator("input[name=part]").fill("30")
    plant.locator("[data-add-line]").click()
    plant.locator("input[name=part]").nth(1).fill("20.5")
    expect(plant.locator("[data-rest]")).to_have_text("49.5")
    plant.locator("form#form button[type=submit]").click()
    plant.wait_for_url(batch)
    plant.goto(f"{origin}/batches?status=stock")
    for mass in ("30", "20.5", "49.5"):
        expect(plant.get_by_role("cell", name=f"{mass} 公斤", exact=True).first).to_be_visible()


def test_a_double_tap_enters_one_event(plant: Page, batch: str) -> None:
    plant.goto(f"{batch}/stocktake")
    plant.fill("input[name=mass]", "99")
    plant.select_option("select[name=reason]", "scale")
    plant.locator("form#form button[type=submit]").dblclick()
    plant.wait_for_url(batch)
    plant.goto(batch)
    expect(plant.locator(".story > li")).to_have_count(2)


def test_a_refusal_is_read_first_and_leads_to_its_field(plant: Page, batch: str) -> None:
    plant.goto(f"{batch}/stocktake")
    plant.fill("input[name=mass]", "一百")
    plant.locator("form#form button[type=submit]").click()
    summary = plant.locator("[data-focus]")
    expect(summary).to_be_focused()
    summary.locator("a").first.click()
    expect(plant.locator("#mass")).to_be_in_viewport()
    expect(plant.locator("#mass")).to_have_value("一百")


def test_a_mark_on_the_map_opens_its_line_in_the_list(visitor: Page, origin: str) -> None:
    visitor.goto(f"{origin}/map")
    fold = visitor.locator("details.site-area").first
    site = fold.locator(".site-row").first.get_attribute("id")
    expect(visitor.locator(f"#{site}")).to_be_hidden()
    visitor.goto(f"{origin}/map#{site}")
    expect(visitor.locator(f"#{site}")).to_be_visible()
