"""Scanning and sending, with things on the pages: axe finds nothing serious in both languages at three widths.

Nor does anything stick out of the screen, and the head stays on one line beside the outbox's badge.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from registry.domain.parties import Actor
from registry.store.base import open_engine
from tests.browser.conftest import PASSWORD
from tests.browser.phones import Draw
from tests.ledgers import World, an_id
from tests.serving import sign_in

pytestmark = pytest.mark.browser

WIDTHS_PX = (320, 768, 1280)
PAGES = ("/scan", "/scan/cart", "/scan/self-test", "/outbox", "/outbox/carry", "/offline", "/labels")
SERIOUS = frozenset({"serious", "critical"})
STICKS_OUT = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
FULLEST_BADGE = """(age) => {
  const badge = document.getElementById("outbox-badge");
  badge.hidden = true;
  const before = document.querySelector(".masthead").offsetHeight;
  badge.hidden = false;
  badge.querySelector("[data-count]").textContent = "500";
  badge.querySelector("[data-age]").textContent = age;
  return document.querySelector(".masthead").offsetHeight - before;
}"""
EMPTIED = """async () => {
  const {store} = await import("/static/js/outbox/frame.mjs");
  await store.remember("cart", {});
}"""
FILLED = """async () => {
  const {store} = await import("/static/js/outbox/frame.mjs");
  const event = (id) => ({id, kind: "collect", site: "s", occurred_at: "2025-03-01T09:30:00+08:00", after: [],
                          details: {stream: "tyre", mass_kg: "12.5", measured: "weighed"}});
  await store.save([event("waits"), event("refused"), event("arrived")]);
  const problem = {code: "mass_zero", title: "质量是零", detail: "请填写大于零的质量。"};
  await store.settle({
    acknowledged: [{id: "arrived", status: "created", receipt: {id: "arrived", kind: "collect", batches: []}}],
    diverted: [{id: "refused", status: "rejected", problem}],
    postponed: [{id: "waits", next_at: Date.now() + 600_000, trouble: "no_network", attempts: 1}],
  });
}"""


@pytest.fixture(scope="module")
def point(browser: Browser, origin: str) -> Iterator[Page]:
    """The collection point's phone, something in each state of its outbox."""
    # axe is put into the page as text, which our own policy rightly forbids.
    context = browser.new_context(locale="zh-CN", bypass_csp=True, service_workers="block")
    page = context.new_page()
    sign_in(page, origin, name="point", password=PASSWORD)
    page.goto(f"{origin}/outbox")
    page.evaluate(FILLED)
    yield page
    context.close()


@pytest.fixture(scope="module")
def label(province: str) -> str:
    """The path of a label of a batch."""
    engine = open_engine(province)
    with Session(engine) as session:
        actor = Actor(id=an_id("x"), role="collector", organisation_id=an_id("point"))
        batch = World(session, actors={"point": actor}).batch("point", "collect", stream="tyre", mass_g=50_000)
    engine.dispose()
    return f"/labels/{batch}"


def _serious(page: Page) -> list[tuple[str, str]]:
    found = Axe().run(page).response["violations"]
    return [(each["id"], each["nodes"][0]["html"][:160]) for each in found if each["impact"] in SERIOUS]


@pytest.mark.parametrize("width_px", WIDTHS_PX)
def test_axe_finds_nothing_serious(point: Page, origin: str, label: str, width_px: int) -> None:
    point.set_viewport_size({"width": width_px, "height": 800})
    complaints = {}
    for path, language in product((*PAGES, label), ("zh", "en")):
        answer = point.goto(f"{origin}{path}?lang={language}", wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200, path
        if path == "/outbox":
            point.locator("#attention-list li, #queued-list li").first.wait_for()
        complaints |= _complaints(point, f"{path} {language}")
    assert complaints == {}


@pytest.mark.parametrize("width_px", WIDTHS_PX)
def test_the_head_stays_on_one_line_beside_the_longest_badge(point: Page, origin: str, width_px: int) -> None:
    point.set_viewport_size({"width": width_px, "height": 800})
    for language, age in (("zh", "23 小时"), ("en", "23 hours")):
        point.goto(f"{origin}/scan?lang={language}")
        assert point.evaluate(FULLEST_BADGE, age) == 0
        assert point.evaluate(STICKS_OUT) <= 0
        assert point.get_by_role("link", name="回流").first.is_visible()


@pytest.mark.parametrize("width_px", WIDTHS_PX)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_serious_on_any_step_of_the_cart(
    point: Page, origin: str, draw: Draw, width_px: int, language: str
) -> None:
    point.set_viewport_size({"width": width_px, "height": 800})
    point.goto(f"{origin}/scan/cart?lang={language}")
    point.evaluate(EMPTIED)
    point.reload(wait_until="networkidle")
    steps = [_complaints(point, "place")]
    point.select_option("#stream", "tyre")
    point.locator("#cart-place button[type=submit]").click()
    code, other = draw(2)
    for text in (code, other, code, "7K3M"):  # new, new, repeated, refused
        point.fill("#cart-text", text)
        point.press("#cart-text", "Enter")
        expect(point.locator("#cart-say")).not_to_be_empty()
    steps.append(_complaints(point, "scan"))
    for field in point.locator("#cart-lines [data-mass]").all():
        field.fill("12.5")
    point.locator("#cart-review-open").click()
    expect(point.locator("#cart-review")).to_be_visible()
    steps.append(_complaints(point, "review"))
    assert steps == [{}] * 3


def _complaints(page: Page, where: str) -> dict[str, object]:
    """What is wrong with the page as it stands; nothing where all is well."""
    found: list[object] = [*_serious(page)]
    if (too_wide_px := page.evaluate(STICKS_OUT)) > 0:
        found.append(f"sticks out by {too_wide_px} px")
    return {where: found} if found else {}


def test_axe_would_complain(point: Page, origin: str) -> None:
    point.goto(f"{origin}/outbox")
    point.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')")
    assert [rule for rule, _ in _serious(point)] == ["button-name"]
