"""A photo at 360 px: chosen without a network, bare of metadata, delivered after its batch, shown in its story."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.photos import PHOTO_BYTES_MOST, PHOTO_EDGE_MOST
from registry.store.base import open_engine
from registry.store.photos import EventPhotoRow
from tests.browser.conftest import PASSWORD
from tests.browser.phones import Draw, open_cart, phone, review, submit, type_codes, until, until_kept, weigh
from tests.browser.test_outbox import fill_form
from tests.serving import PHONE, sign_in

pytestmark = pytest.mark.browser
DELIVERED = """async () => {
  const {photos} = await import("/static/js/outbox/frame.mjs");
  const {waiting, refused} = await photos.counts();
  return waiting === 0 && refused.length === 0;
}"""
SHOWN = "() => document.querySelector('.story-photos img')?.naturalWidth > 0"


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """As a phone's camera writes it: large, turned, with a place and a maker."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    exif.get_ifd(0x8825)[1] = "N"
    path = tmp_path / "snapshot.jpg"
    Image.effect_noise((2400, 1800), 8).convert("RGB").save(path, exif=exif.tobytes(), quality=90)
    return path


@pytest.fixture
def kept(province: str) -> Callable[[], list[bytes]]:
    """The photos the registry has."""

    def look() -> list[bytes]:
        engine = open_engine(province)
        with Session(engine) as session:
            found = list(session.scalars(select(EventPhotoRow.data)))
        engine.dispose()
        return found

    return look


def test_a_photo_of_the_form_waits_with_its_batch_and_follows_it(
    browser: Browser,
    origin: str,
    draw: Draw,
    snapshot: Path,
    kept: Callable[[], list[bytes]],
) -> None:
    marks, before = draw(1), len(kept())
    with phone(browser) as context:
        page = context.new_page()
        sign_in(page, origin, name="point", password=PASSWORD)
        page.goto(f"{origin}/collect")
        context.set_offline(True)
        page.set_input_files("#photo-input", snapshot)
        expect(page.locator(".photo-list img")).to_have_count(1)
        fill_form(page, code=marks[0])
        expect(page.locator("#collect-outbox li[data-state=queued]")).to_be_visible()
        expect(page.locator("#outbox-badge")).to_have_attribute(
            "aria-label", "这部手机上有 1 笔没有送达，最早的一笔已等了 不到 1 分钟。 还有 1 张照片待发送。"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert len(kept()) == before
        context.set_offline(False)
        page.wait_for_url("**/batches/**")
        until(page, DELIVERED)
        page.reload()
        page.locator(".story-photos img").first.scroll_into_view_if_needed()
        until(page, SHOWN)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    (photo,) = kept()[before:]
    picture = Image.open(io.BytesIO(photo))
    assert len(photo) <= PHOTO_BYTES_MOST
    assert (max(picture.size), picture.height > picture.width) == (PHOTO_EDGE_MOST, True), "turned as the camera said"
    assert not picture.getexif()


def test_a_photo_of_the_cart_survives_a_new_page_and_is_counted_until_it_is_delivered(
    browser: Browser, origin: str, draw: Draw, snapshot: Path, kept: Callable[[], list[bytes]]
) -> None:
    before = len(kept())
    with phone(browser) as context:
        page = context.new_page()
        open_cart(page, origin)
        until_kept(page, "/scan/cart")
        until_kept(page, "/outbox")
        context.set_offline(True)
        type_codes(page, draw(3))
        weigh(page)
        with page.expect_file_chooser() as chooser:
            page.locator("#cart-lines [data-add]").first.click()
        chooser.value.set_files(snapshot)
        expect(page.locator("#cart-lines [data-count]").first).to_have_text("照片 1 张")
        page.goto(f"{origin}/scan/cart")
        expect(page.locator("#cart-lines [data-count]").first).to_have_text("照片 1 张")
        review(page)
        submit(page)
        expect(page.locator("#done-lines > li[data-state=queued]")).to_have_count(3)
        page.goto(f"{origin}/outbox")
        expect(page.locator("#outbox-photos")).to_contain_text("1 张照片")
        context.set_offline(False)
        expect(page.locator("#acknowledged-list > li").first).to_be_visible()
        until(page, DELIVERED)
        expect(page.locator("#outbox-photos")).to_be_hidden()
    assert len(kept()) == before + 1
