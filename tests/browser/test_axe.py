"""Scanning and sending, with things on the pages: axe finds nothing serious in both languages at three widths."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import Session

from registry.domain.parties import Actor
from registry.store.base import open_engine
from tests.browser.conftest import PASSWORD
from tests.ledgers import World, an_id
from tests.serving import sign_in

pytestmark = pytest.mark.browser

WIDTHS_PX = (320, 768, 1280)
PAGES = ("/scan", "/scan/cart", "/scan/self-test", "/outbox", "/outbox/carry", "/offline", "/labels")
SERIOUS = frozenset({"serious", "critical"})
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
        if found := _serious(point):
            complaints[f"{path} {language}"] = found
    assert complaints == {}


def test_axe_would_complain(point: Page, origin: str) -> None:
    point.goto(f"{origin}/outbox")
    point.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')")
    assert [rule for rule, _ in _serious(point)] == ["button-name"]
