"""The ladder of scanning in Chromium at 360 px: camera, photo, typed code, wedge, and the words for each that fails."""

import io
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from registry.config import PROJECT
from scanner.decode import decode
from scanner.here import FONTS
from scanner.label_images import png
from scanner.labels import PRESETS, Label, draw, short_url
from tests.scanner.conftest import PASSWORD, World
from tests.scanner.photos import photograph

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def origin(laid: tuple[Path, World], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The application as it is served, on a port of its own that its labels name. These tests only look."""
    path = tmp_path_factory.mktemp("served") / "world.sqlite3"
    shutil.copyfile(laid[0], path)
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        told = {
            "HUILIU_DATABASE_URL": f"sqlite:///{path}",
            "HUILIU_SECRET_KEY": secrets.token_hex(32),
            "HUILIU_PUBLIC_URL": address,
            "HUILIU_LIMITS": "false",
        }
        bind = f"fd://{door.fileno()}"
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", bind, "--threads", "4", "--log-level", "warning"],
            env={**os.environ, **told},
            cwd=PROJECT,
            pass_fds=[door.fileno()],
        )
        yield address
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture
def label(origin: str, world: World) -> bytes:
    """The label of the batch as this server prints it."""
    text = short_url(public_url=origin, code=world.mine)
    return png(draw(Label(text=text, code=world.mine), PRESETS["60x40"]), fonts=FONTS, dpi=203)


@pytest.fixture(scope="module")
def launch() -> Iterator[Callable[..., Browser]]:
    with sync_playwright() as playwright:
        opened: list[Browser] = []

        def start(*arguments: str) -> Browser:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *arguments])
            opened.append(browser)
            return browser

        yield start
        for browser in opened:
            browser.close()


@pytest.fixture(scope="module")
def plain(launch: Callable[..., Browser]) -> Browser:
    """A browser without any camera."""
    return launch()


@pytest.fixture(scope="module")
def signed_in(plain: Browser, origin: str) -> dict[str, Any]:
    """The cookies of a collector of the holder, who signed in by the form."""
    with plain.new_context() as context:
        page = context.new_page()
        page.goto(f"{origin}/sign-in")
        page.fill("#name", "li")
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "sign-in" not in url)
        return dict(context.storage_state())


@pytest.fixture
def phone(plain: Browser, signed_in: dict[str, Any]) -> Iterator[Page]:
    """The collector's phone, without a camera."""
    with a_phone(plain, signed_in) as page:
        yield page


@contextmanager
def a_phone(browser: Browser, cookies: dict[str, Any] | None) -> Iterator[Page]:
    """A page at 360 px; one that breaks fails the test."""
    broken: list[str] = []
    with browser.new_context(viewport=PHONE, locale="zh-CN", storage_state=cookies) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        yield page
    assert broken == []


@pytest.fixture
def film(label: bytes, tmp_path: Path) -> Path:
    """What a fake camera films: the label on its crate."""
    return video_of(photograph(label, size=(1280, 720), share=0.6, seed=2), tmp_path / "camera.mjpeg")


def video_of(photo: bytes, path: Path, frames: int = 12) -> Path:
    """A film of one picture as Chromium's fake camera takes it (concatenated JPEGs)."""
    frame = io.BytesIO()
    Image.open(io.BytesIO(photo)).convert("RGB").save(frame, "JPEG", quality=85)
    path.write_bytes(frame.getvalue() * frames)
    return path


def test_the_live_camera_reads_a_label_and_opens_its_batch(
    launch: Callable[..., Browser], signed_in: dict[str, Any], origin: str, world: World, film: Path
) -> None:
    browser = launch(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    with a_phone(browser, signed_in) as phone:
        phone.goto(f"{origin}/scan")
        phone.wait_for_url(f"**/batches/{world.batch_id}", timeout=20_000)


def test_without_a_camera_the_page_says_so_and_the_other_rungs_hold(phone: Page, origin: str, world: World) -> None:
    phone.goto(f"{origin}/scan")
    expect(phone.locator("#camera-say")).to_contain_text(re.compile("没有找到摄像头|没有得到摄像头权限"))
    phone.fill("#text", world.mine.lower())
    phone.press("#text", "Enter")
    phone.wait_for_url(f"**/batches/{world.batch_id}")


def test_without_https_the_page_names_that_cause(launch: Callable[..., Browser], origin: str) -> None:
    browser = launch("--host-resolver-rules=MAP huiliu.test 127.0.0.1")
    with a_phone(browser, None) as phone:
        phone.goto(origin.replace("127.0.0.1", "huiliu.test") + "/scan")
        expect(phone.locator("#camera-say")).to_contain_text("HTTPS")
        expect(phone.locator("#camera-start")).to_be_hidden()


def test_a_slip_of_the_finger_is_named_before_anything_is_sent(phone: Page, origin: str, world: World) -> None:
    phone.goto(f"{origin}/scan")
    hint = phone.locator("#text-hint")
    phone.fill("#text", world.wrong)
    expect(hint).to_contain_text("校验位不对")
    phone.fill("#text", "7K3O")
    expect(hint).to_contain_text("I O U L")
    phone.fill("#text", world.mine)
    expect(hint).to_contain_text("校验通过")


def test_a_wedge_works_without_focus_and_nothing_is_reloaded(phone: Page, origin: str, world: World) -> None:
    phone.goto(f"{origin}/scan")
    phone.evaluate("window.marked = true")
    phone.keyboard.type(f"{origin}/B/{world.never}".upper() + "\n")
    expect(phone.locator("#answer")).to_contain_text("没有发放过")
    assert phone.evaluate("window.marked") is True
    phone.keyboard.type(f"{origin}/B/{world.mine}".upper() + "\n")
    phone.wait_for_url(f"**/batches/{world.batch_id}")


def test_a_wedge_works_on_every_page_and_leaves_fields_alone(phone: Page, origin: str, world: World) -> None:
    for path in ("/batches", "/map", "/collect"):
        phone.goto(f"{origin}{path}")
        phone.keyboard.type(f"{origin}/B/{world.mine}".upper() + "\n")
        phone.wait_for_url(f"**/batches/{world.batch_id}")
    phone.goto(f"{origin}/collect")
    phone.locator("#code").focus()
    phone.keyboard.type(world.roll)
    expect(phone.locator("#code")).to_have_value(world.roll)


def test_a_photo_is_read_on_the_phone_and_a_hard_one_by_the_server(
    phone: Page, origin: str, world: World, label: bytes, tmp_path: Path
) -> None:
    for name, photo in {"easy": photograph(label), "hard": photograph(label, blur_px=2.3, seed=5)}.items():
        path = tmp_path / f"{name}.jpg"
        path.write_bytes(photo)
        phone.goto(f"{origin}/scan")
        phone.set_input_files("#photo-file", path)
        phone.wait_for_url(f"**/batches/{world.batch_id}", timeout=15_000)


def test_anothers_code_is_said_to_be_anothers(plain: Browser, origin: str, world: World) -> None:
    with a_phone(plain, None) as phone:
        phone.goto(f"{origin}/scan")
        phone.fill("#text", world.mine)
        phone.press("#text", "Enter")
        expect(phone.locator("#answer")).to_contain_text("属于其他单位")


def test_the_self_test_needs_no_account_and_names_the_missing_camera(plain: Browser, origin: str) -> None:
    with a_phone(plain, None) as phone:
        phone.goto(f"{origin}/scan/self-test")
        phone.wait_for_selector("body[data-tested=true]")
        expect(phone.locator("#checks")).to_contain_text("没有找到摄像头")
        expect(phone.locator("#checks")).to_contain_text("能读出测试码")
        assert "cameras: none" in phone.input_value("#report")


@pytest.mark.parametrize("preset", PRESETS)
def test_a_printed_label_has_its_true_size_and_is_read_again(
    phone: Page, origin: str, world: World, preset: str, tmp_path: Path
) -> None:
    phone.goto(f"{origin}/labels/{world.mine}?preset={preset}")
    path = tmp_path / "label.pdf"
    phone.pdf(path=path, prefer_css_page_size=True)
    size = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True).stdout
    width_mm, height_mm = (float(each) / 72 * 25.4 for each in re.findall(r"Page size: +([\d.]+) x ([\d.]+)", size)[0])
    assert abs(width_mm - PRESETS[preset].width_mm) < 0.5
    assert abs(height_mm - PRESETS[preset].height_mm) < 0.5
    assert re.search(r"Pages: +1\b", size)
    subprocess.run(["pdftoppm", "-r", "203", "-png", "-singlefile", str(path), str(tmp_path / "label")], check=True)
    marks = decode((tmp_path / "label.png").read_bytes()).marks
    assert [mark.text for mark in marks] == [f"{origin}/B/{world.mine}".upper()]


PAGES = [
    "/scan",
    "/scan?text={wrong}",
    "/B/{mine}",
    "/B/{never}",
    "/B/{roll}",
    "/labels/{mine}",
    "/labels",
    "/scan/self-test",
]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_of_ours_sticks_out_of_its_screen_or_shuts_anybody_out(
    phone: Page, origin: str, world: World, path: str
) -> None:
    for width, language in ((320, "zh"), (1280, "en")):
        inspect(phone, origin + path.format(**vars(world)), width=width, language=language)


@pytest.mark.long
@pytest.mark.parametrize("path", PAGES)
def test_the_same_at_every_width_and_in_both_languages(phone: Page, origin: str, world: World, path: str) -> None:
    for width in (320, 768, 1280):
        for language in ("zh", "en"):
            inspect(phone, origin + path.format(**vars(world)), width=width, language=language)


def inspect(phone: Page, address: str, *, width: int, language: str) -> None:
    """Nothing is wider than the screen, and axe finds nothing serious."""
    phone.set_viewport_size({"width": width, "height": 800})
    phone.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
    wide = phone.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1], f"{address} at {width}: {wide}"
    found = Axe().run(phone).response["violations"]
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    assert not serious, [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in serious]
