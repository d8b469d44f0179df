"""Two phones without a network: one shows its outbox as codes, the other films them and brings the events in later."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from registry.services import accounts
from registry.store.base import open_engine, writing
from tests.browser.conftest import PASSWORD
from tests.browser.films import screen_film
from tests.browser.phones import Draw, phone, until_enrolled, until_kept
from tests.ledgers import an_id
from tests.serving import sign_in

pytestmark = pytest.mark.browser

SAVED = """async ([site, codes]) => {
  const {changed, makeId, store} = await import("/static/js/outbox/frame.mjs");
  const event = (code) => ({id: makeId(), kind: "collect", site, occurred_at: "2025-03-01T09:30:00+08:00",
                            details: {stream: "tyre", mass_kg: "12.5", measured: "weighed", code}});
  await store.save(codes.map(event));
  changed();
}"""
SHOWN = "() => document.querySelector('#handover-code').toDataURL('image/png')"


@pytest.fixture(scope="module", autouse=True)
def colleague(province: str) -> None:
    """Somebody else of the collection point."""
    engine = open_engine(province)
    with Session(engine) as session, writing(session):
        accounts.create_user(
            session,
            name="colleague",
            password=PASSWORD,
            role="collector",
            now=datetime.now(UTC),
            organisation_id=an_id("point"),
        )
        session.commit()
    engine.dispose()


@pytest.fixture
def showing(browser: Browser, origin: str) -> Iterator[Page]:
    """A phone that was online while its owner signed in; its outbox is open and the network is gone."""
    with phone(browser) as context:
        page = context.new_page()
        sign_in(page, origin, name="point", password=PASSWORD)
        page.goto(f"{origin}/outbox")
        until_enrolled(page)
        until_kept(page, "/outbox")
        context.set_offline(True)
        yield page


@pytest.fixture
def filming(launch: Callable[..., Browser], tmp_path: Path) -> Callable[[list[bytes]], Browser]:
    """A browser whose camera films these pictures of a screen, over and over."""

    def start(pictures: list[bytes]) -> Browser:
        film = screen_film(tmp_path / "screen.mjpeg", pictures=pictures)
        return launch(
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        )

    return start


def _codes(page: Page) -> list[bytes]:
    """The pictures of all codes, stepped through by hand."""
    page.get_by_role("button", name="用二维码交给另一部手机").click()
    place = page.locator("#handover-at")
    expect(place).to_contain_text("第 1 张")
    if page.locator("#handover").get_attribute("data-state") == "many":
        page.locator("#handover-run").click()
        while not place.inner_text().startswith("第 1 张"):
            page.locator("#handover-after").click()
    total = int(place.inner_text().split("共 ")[1].removesuffix(" 张"))
    pictures = []
    for number in range(1, total + 1):
        expect(place).to_contain_text(f"第 {number} 张")
        pictures.append(base64.b64decode(page.evaluate(SHOWN).split(",")[1]))
        if total > 1:
            page.locator("#handover-after").click()
    page.get_by_role("button", name="完成").click()
    return pictures


def test_a_camera_collects_the_codes_of_another_phone_and_the_events_arrive(
    showing: Page,
    filming: Callable[[list[bytes]], Browser],
    origin: str,
    draw: Draw,
    registered: Callable[[tuple[str, ...]], int],
) -> None:
    marks = draw(20)
    showing.evaluate(SAVED, [an_id("site point"), list(marks)])
    pictures = _codes(showing)
    assert len(pictures) > 3
    empty_screen = Path("static/img/icon-192.png").read_bytes()
    with phone(filming([*reversed(pictures), empty_screen]), service_workers="block") as context:
        receiver = context.new_page()
        sign_in(receiver, origin, name="colleague", password=PASSWORD)
        receiver.goto(f"{origin}/outbox/carry")
        receiver.get_by_role("button", name="打开摄像头").click()
        expect(receiver.locator("#carry-said")).to_have_text("共 20 笔，已送达 20 笔。")
        expect(receiver.locator("#kept")).to_be_hidden()
    assert registered(marks) == 20


def test_photos_do_as_well_and_wait_on_the_phone_that_has_no_network_either(
    showing: Page,
    browser: Browser,
    origin: str,
    draw: Draw,
    registered: Callable[[tuple[str, ...]], int],
) -> None:
    marks = draw(3)
    showing.evaluate(SAVED, [an_id("site point"), list(marks)])
    photos = [
        {"name": f"{at}.png", "mimeType": "image/png", "buffer": picture} for at, picture in enumerate(_codes(showing))
    ]
    with phone(browser, service_workers="block") as context:
        receiver = context.new_page()
        sign_in(receiver, origin, name="colleague", password=PASSWORD)
        receiver.goto(f"{origin}/outbox/carry")
        receiver.evaluate('() => import("/static/js/scan/decoder.mjs").then(({prove}) => prove()).then(() => null)')
        context.set_offline(True)
        receiver.set_input_files("#collect-photos", photos)
        expect(receiver.locator("#kept-say")).to_contain_text("有 1 份")
        expect(receiver.locator("#carry-said")).to_contain_text("没有得到服务器的回答")
        assert registered(marks) == 0
        context.set_offline(False)
        expect(receiver.locator("#carry-said")).to_have_text("共 3 笔，已送达 3 笔。")
        expect(receiver.locator("#kept")).to_be_hidden()
    assert registered(marks) == 3


def test_more_than_twenty_are_sent_to_the_file(showing: Page, draw: Draw) -> None:
    showing.evaluate(SAVED, [an_id("site point"), list(draw(21))])
    showing.get_by_role("button", name="用二维码交给另一部手机").click()
    expect(showing.locator("#handover-said")).to_have_text("二维码一次最多交 20 笔，请改用“导出文件”。")
    expect(showing.locator("#handover-code")).to_be_hidden()
