"""A phone without a network, its outbox carried as a file to a colleague: the events arrive as their author's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.services import accounts
from registry.store.base import open_engine, writing
from registry.store.carrying import EventCarrierRow
from registry.store.events import EventRow
from tests.browser.conftest import PASSWORD
from tests.browser.phones import until_enrolled
from tests.ledgers import an_id
from tests.serving import PHONE, sign_in

pytestmark = pytest.mark.browser

EXPORTED = """async ([site, ids]) => {
  const {store} = await import("/static/js/outbox/frame.mjs");
  const {exportFile} = await import("/static/js/outbox/outbox_file.mjs");
  const details = {stream: "tyre", mass_kg: "12.5", measured: "weighed"};
  const at = "2025-03-01T09:30:00+08:00";
  await store.save(ids.map((id) => ({id, kind: "collect", site, occurred_at: at, after: [], details})));
  return (await exportFile({store})).text;
}"""
IDS = [f"0198c000-0000-7000-8000-00000000ca0{number}" for number in (1, 2)]


def _make_colleague(session: Session) -> None:
    accounts.create_user(
        session,
        name="colleague",
        password=PASSWORD,
        role="collector",
        now=datetime.now(UTC),
        organisation_id=an_id("point"),
    )


@pytest.fixture
def colleague(province: str, browser: Browser, origin: str) -> Iterator[Page]:
    """The device of somebody else of the collection point."""
    engine = open_engine(province)
    with Session(engine) as session, writing(session):
        if accounts.find_user(session, "colleague") is None:
            _make_colleague(session)
        session.commit()
    engine.dispose()
    context = browser.new_context(viewport=PHONE, locale="zh-CN", service_workers="block")
    page = context.new_page()
    sign_in(page, origin, name="colleague", password=PASSWORD)
    yield page
    context.close()


def _exported(browser: Browser, origin: str) -> str:
    """The file of a phone that was online while its owner signed in and has had no network since."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN", service_workers="block")
    page = context.new_page()
    sign_in(page, origin, name="point", password=PASSWORD)
    page.goto(f"{origin}/outbox", wait_until="networkidle")
    page.evaluate('() => import("/static/js/outbox/outbox_file.mjs").then(() => null)')
    until_enrolled(page)
    context.set_offline(True)
    text: str = page.evaluate(EXPORTED, [an_id("site point"), IDS])
    context.close()
    return text


def test_a_colleague_brings_in_the_file_of_a_phone_without_network(
    browser: Browser, origin: str, province: str, colleague: Page
) -> None:
    text = _exported(browser, origin)
    for expected in ("共 2 笔，已送达 2 笔。", "共 2 笔，已送达 2 笔。"):  # sent twice by mistake, taken once
        colleague.goto(f"{origin}/outbox/carry")
        colleague.set_input_files(
            "#carry-file", {"name": "outbox.json", "mimeType": "application/json", "buffer": text.encode()}
        )
        colleague.click("#carry-send")
        expect(colleague.locator("#carry-said")).to_have_text(expected)
    engine = open_engine(province)
    with Session(engine) as session:
        carried = session.execute(select(EventRow, EventCarrierRow).join(EventCarrierRow)).all()
        names = {row.id: row.name for row in (user.actor for user in accounts.users(session))}
    engine.dispose()
    assert sorted(event.id for event, _ in carried) == IDS
    assert {(names[event.actor_id], names[carrier.carrier_id]) for event, carrier in carried} == {
        ("point", "colleague")
    }


def test_a_file_somebody_changed_is_refused_in_words(browser: Browser, origin: str, colleague: Page) -> None:
    file = json.loads(_exported(browser, origin))
    file["body"] = file["body"].replace("12.5", "92.5")
    colleague.goto(f"{origin}/outbox/carry")
    colleague.set_input_files(
        "#carry-file",
        {"name": "outbox.json", "mimeType": "application/json", "buffer": json.dumps(file).encode()},
    )
    colleague.click("#carry-send")
    expect(colleague.locator("#carry-said")).to_contain_text("签名与内容不符")
